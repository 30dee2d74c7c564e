norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over features {
        const eps = -1e-5;
        ms = mean(square(x));
        y = x * rsqrt(ms + eps);
    }
}

fn main() {
    let _ = Wrong;
}
