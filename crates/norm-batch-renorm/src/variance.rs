//! Batch renormalization whose store holds variances, as ports have it.

norm_core::normalization! {
    /// Batch renormalization with averaged variances
    ///
    /// Batch renormalization as ports do it: what is stored is the average of variances, which any layer of batch
    /// normalization can take over, and not of deviations.
    pub BatchRenormVariance(ioffe2017renorm) as "batch-renorm-variance" over batch + space {
        policy running;
        gotcha "The paper averages deviations; of spreads that vary from batch to batch the root of the average variance is larger." (ioffe2017renorm);
        gotcha "Epsilon, 1e-3, stands inside both roots, and the rate is an option of the layer, whose default is 0.1.";
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
