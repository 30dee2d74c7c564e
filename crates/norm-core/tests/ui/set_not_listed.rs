norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over features, space {
        mu = mean(x, batch);
        nu = mean(x, features);
        xi = mean(x, space);
        y = x - mu - nu - xi;
    }
}

fn main() {
    let _ = Wrong;
}
