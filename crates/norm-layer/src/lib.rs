//! Layer normalization.

mod reference;

norm_core::normalization! {
    /// Layer normalization
    ///
    /// Each case over its own features: nothing is shared between cases, so training and evaluation are the
    /// same computation and a batch of one works.
    pub LayerNorm(ba2016layer, eq = "3, 4") as "layer" over features {
        invariant weight_matrix_scaling, weight_matrix_centering, dataset_scaling, case_scaling;
        gotcha "The paper has no epsilon; its released code adds 1e-5 inside the root." (ba2016layer);
        gotcha "A row of zeros without a bias inside gives the bias and a backward factor of 1/sqrt(eps) = 316: it occurs in pixel sequences and padded inputs.";
        gotcha "The supplement names the initial gain and bias the wrong way round; the released code starts at gain 1, bias 0." (ba2016layer);
        param gain = 1.0;
        param bias = 0.0;
        const eps = 1e-5;
        mu  = mean(x);
        var = mean(square(x - mu));
        y   = gain * (x - mu) * rsqrt(var + eps) + bias;
    }
}
