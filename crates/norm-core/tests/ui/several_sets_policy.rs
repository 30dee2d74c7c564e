norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over batch + space, features {
        policy streaming;
        mu = mean(x, batch + space);
        nu = mean(x, features);
        y = x - mu - nu;
    }
}

fn main() {
    let _ = Wrong;
}
