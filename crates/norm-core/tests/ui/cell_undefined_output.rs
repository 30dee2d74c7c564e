norm_core::pointwise! {
    /// Wrong on purpose
    pub Wrong(none) {
        in a, b; c = a * b; out d;
    }
}

fn main() {}
