norm_core::pointwise! {
    /// Wrong on purpose
    pub Wrong(none) {
        in a, dc; c = a * dc; out c;
    }
}

fn main() {}
