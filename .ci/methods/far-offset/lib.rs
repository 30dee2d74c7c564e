//! Far offset.

mod reference;

norm_core::normalization! {
    /// Far offset
    ///
    /// Each case divided by its root mean square, around ten thousand.
    pub FarOffsetNorm(faroffset) as "far-offset" over features {
        invariant weight_matrix_scaling, dataset_scaling, case_scaling;
        param gain = 1.0;
        param bias = 10000.0;
        const eps = 1e-5;
        ms = mean(square(x));
        y = gain * x * rsqrt(ms + eps) + bias;
    }
}
