//! Root mean square layer normalization.

mod reference;

norm_core::normalization! {
    /// RMS normalization
    ///
    /// Layer normalization without centring: each case is divided by the root mean square of its features.
    pub RmsNorm(zhang2019rms, eq = "4") as "rms" over features {
        invariant weight_matrix_scaling, dataset_scaling, case_scaling;
        gotcha "Not invariant to a shift of the weights or of the data: the mean stays." (zhang2019rms);
        param gain = 1.0;
        const eps = 1e-5;
        ms = mean(square(x));
        y  = gain * x * rsqrt(ms + eps);
    }
}
