norm_core::normalization! {
    /// Wrong on purpose
    pub Wrong(none) as "wrong" over features {
        const eps = 1e-5, at most 1;
        const floor = 0.0, above 0;
        const share = 0.5, whole from 0 to 1;
        const k = 2.0, at least 0, not 0 with alpha;
        ms = mean(square(x));
        y = x * rsqrt(ms + eps + floor + share + k);
    }
}

fn main() {
    let _ = Wrong;
}
