norm_core::pointwise! {
    /// Wrong on purpose
    pub Wrong(none) {
        in a, b; c = a * mean(b); out c;
    }
}

fn main() {}
