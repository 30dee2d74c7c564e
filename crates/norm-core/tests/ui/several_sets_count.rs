norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over features, space {
        mu = sum(x, features) / n;
        nu = mean(x, space);
        y = x - mu - nu;
    }
}

fn main() {
    let _ = Wrong;
}
