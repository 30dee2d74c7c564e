norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over channels {
        mu = window_mean(x, 3, channels, outside);
        nu = window_sum(x, 3, channels, inside);
        y = x - mu - nu;
    }
}

fn main() {
    let _ = Wrong;
}
