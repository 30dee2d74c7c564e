norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over features, batch + space {
        mu = mean(x, features);
        nu = mean(x, batch + space);
        y = x - mu - nu;
    }
}

fn main() {
    let _ = Wrong;
}
