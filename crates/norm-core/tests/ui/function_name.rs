norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over features {
        param mean = 1.0;
        mu = sum(x) / n;
        y = x - mu;
    }
}

fn main() {
    let _ = Wrong;
}
