//! {{title}}.

mod reference;

norm_core::normalization! {
    /// {{title}}
    ///
    /// The summed inputs `x = W a` of a layer, each case divided by one statistic of its features.
    pub {{norm}}({{cite}}) as "{{id}}" over features {
        invariant weight_matrix_scaling, dataset_scaling, case_scaling;
        param gain = 1.0;                // y_i = gain_i · …
        const eps = 1e-5;
        ms = mean(square(x));            // one number per case: Σ_i x_i² / n
        y  = gain * x * rsqrt(ms + eps); // y_i = gain_i · x_i / √(ms + eps)
    }
}
