norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over batch + space, channels {
        mu = mean(x, batch + space);
        nu = mean(mu, channels);
        y = x - nu;
    }
}

fn main() {
    let _ = Wrong;
}
