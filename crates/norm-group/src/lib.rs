//! Group normalization.

mod reference;

norm_core::normalization! {
    /// Group normalization
    ///
    /// The channels of a case are cut into groups, and each group is normalized over its channels and over space. One
    /// group is layer normalization, a group for each channel instance normalization.
    pub GroupNorm(wu2018group, eq = "7") as "group" over group {
        invariant weight_matrix_scaling, weight_matrix_centering, dataset_scaling, case_scaling;
        gotcha "The paper's default is 32 groups, or 16 channels in a group; how many there are belongs to the layout, and channels that they do not divide are refused." (wu2018group);
        gotcha "Gain and bias belong to a channel, not to a group: the gain stands inside the means of the gradient." (wu2018group);
        gotcha "A group that holds one element gives the bias, one that holds two gives plus and minus the gain: without space, take at least a few channels.";
        param gain = 1.0;
        param bias = 0.0;
        const eps = 1e-5;
        mu  = mean(x);
        var = mean(square(x - mu));
        y   = gain * (x - mu) * rsqrt(var + eps) + bias;
    }
}
