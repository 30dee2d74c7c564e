norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over features {
        param gain = 1.0;
        const gain = 2.0;
        mu = mean(x);
        y = gain * (x - mu);
    }
}

fn main() {
    let _ = Wrong;
}
