norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over features {
        site outputs;
        param gain: row = 1.0;
        mu = mean(z);
        y = gain * (x - nu);
    }
}

fn main() {
    let _ = Wrong;
}
