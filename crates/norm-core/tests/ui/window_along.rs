norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over features, space {
        mu = window_mean(x, 3, features);
        nu = mean(x, space);
        y = x - mu - nu;
    }
}

fn main() {
    let _ = Wrong;
}
