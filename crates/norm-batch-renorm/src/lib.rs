//! Batch renormalization.

mod reference;

norm_core::normalization! {
    /// Batch renormalization
    ///
    /// Batch normalization whose output in training is corrected towards what stored statistics would give: by a factor
    /// and a shift that compare the batch with the store, are bounded, and get no gradient. Where neither is at its bound,
    /// training and evaluation give the same output.
    pub BatchRenorm(ioffe2017renorm, eq = "algorithm 1") as "batch-renorm" over batch + space {
        policy running;
        gotcha "The bounds start at 1 and 0, which is batch normalization, and are loosened over tens of thousands of steps, to 3 and 5; here they are constants that a schedule sets." (ioffe2017renorm);
        gotcha "The paper averages at a rate of 0.01; the rate is an option of the layer, whose default is 0.1." (ioffe2017renorm);
        gotcha "Epsilon, 1e-3, stands inside both roots; a well-known port stores deviations instead of variances and adds it to those." (ioffe2017renorm);
        gotcha "Where the unbiased variance is stored, the factor of a stationary batch is not 1 but the root of (n-1)/n.";
        gotcha "The store is that before the batch: updated first, the batch would be compared with itself." (ioffe2017renorm);
        param gain = 1.0;
        param bias = 0.0;
        const eps  = 1e-3;
        const rmax = 3.0, at least 1;
        const dmax = 5.0, at least 0;
        mu  = mean(x);
        var = mean(square(x - mu));
        y   = gain * ((x - mu) * rsqrt(var + eps)
                * stop_gradient(min(max(sqrt(var + eps) * rsqrt(prev(var) + eps), 1 / rmax), rmax))
                + stop_gradient(min(max((mu - prev(mu)) * rsqrt(prev(var) + eps), -dmax), dmax)))
            + bias;
    }
}
