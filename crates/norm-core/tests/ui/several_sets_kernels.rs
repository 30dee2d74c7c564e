norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over channels, space {
        kernels Other;
        mu = mean(x, channels);
        nu = mean(x, space);
        y = x - mu - nu;
    }
}

fn main() {
    let _ = Wrong;
}
