//! Weight standardization.

mod reference;

norm_core::normalization! {
    /// Weight standardization
    ///
    /// The weights into a unit are centred and divided by their unbiased deviation: `x` is `[out, in]`. It stands under a
    /// normalization of what the weights make, which takes the scale out again.
    pub WeightStandardization(qiao2019weight, eq = "10, 11") as "weight-standardization" over fan_in {
        site weights;
        invariant weight_matrix_scaling, weight_vector_scaling;
        gotcha "Epsilon is added to the deviation, outside of the root, and the deviation is the unbiased one, as in the released layer; ports put epsilon inside." (qiao2019weight);
        gotcha "There is no gain: the variance of a sum grows with the fan-in, so a normalization of the sums has to follow." (qiao2019weight);
        gotcha "A unit with one input has no unbiased deviation, 0/0: here its weight becomes 0 and gets gradient 0, and so does a row of equal weights, up to its gradient of (dy - mean dy)/eps.";
        const eps = 1e-5;
        // Small enough to be nothing beside any epsilon; keeps the slope of the root finite at a deviation of 0.
        const tiny = 1e-37, above 0;
        mu  = mean(x);
        var = mean(square(x - mu));
        y   = (x - mu) / (sqrt(max(var * n / max(n - 1, 1), tiny)) + eps);
    }
}
