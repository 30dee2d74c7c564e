//! The variant whose epsilon is learned.

norm_core::normalization! {
    /// Filter response normalization with a learned epsilon
    ///
    /// Filter response normalization for channels with little or no space, where a fixed epsilon leaves only the sign. The
    /// magnitude of a learned number is added to a fixed floor.
    pub LearnedEpsFilterResponse(singh2020filter, eq = "4") as "filter-response-learned" over space {
        gotcha "What is learned starts at 1e-4 and enters by its magnitude, so its gradient carries its sign; at exactly 0 it does not move." (singh2020filter);
        gotcha "With an epsilon of its own the layer is no longer blind to the scale of its weights." (singh2020filter);
        param gain = 1.0;
        param bias = 0.0;
        param tau = 0.0;
        param learned_eps = 1e-4;
        const eps = 1e-6;
        ms = mean(square(x));
        y  = max(gain * x * rsqrt(ms + abs(learned_eps) + eps) + bias, tau);
    }
}
