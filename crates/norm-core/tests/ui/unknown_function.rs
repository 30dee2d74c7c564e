norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over features {
        mu = mean(x);
        y = x - softplus(mu);
    }
}

fn main() {
    let _ = Wrong;
}
