norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over channels {
        param size = 3.0;
        mu = window_mean(x, size, channels);
        y = x - mu;
    }
}

fn main() {
    let _ = Wrong;
}
