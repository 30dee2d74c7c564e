norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over nothing {
        mu = mean(x);
        y = x - mu;
    }
}

fn main() {
    let _ = Wrong;
}
