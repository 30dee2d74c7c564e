norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over channels, space {
        mu = mean(window_mean(x, 3, space), channels);
        y = x - mu;
    }
}

fn main() {
    let _ = Wrong;
}
