norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over features {
        y = x - mean(x);
    }
}

fn main() {
    let _ = Wrong;
}
