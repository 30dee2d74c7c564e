norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over features {
        param gain = one;
        mu = mean(x);
        y = gain * (x - mu);
    }
}

fn main() {
    let _ = Wrong;
}
