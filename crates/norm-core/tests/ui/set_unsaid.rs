norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over features, space {
        mu = mean(x);
        s = window_mean(x, 3);
        y = x - mu - s - mean(x, space);
    }
}

fn main() {
    let _ = Wrong;
}
