norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over features {
        d = x - mean(x);
        y = d;
    }
}

fn main() {
    let _ = Wrong;
}
