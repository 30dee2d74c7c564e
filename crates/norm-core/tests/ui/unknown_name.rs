norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over features {
        param gain = 1.0;
        mu = mean(x);
        y = gain * (x - nu);
    }
}

fn main() {
    let _ = Wrong;
}
