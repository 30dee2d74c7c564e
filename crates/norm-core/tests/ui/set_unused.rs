norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over features, space {
        mu = mean(x, features);
        y = x - mu;
    }
}

fn main() {
    let _ = Wrong;
}
