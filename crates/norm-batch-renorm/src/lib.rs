//! Batch renormalization: as its paper averages, and as its ports do.

mod reference;
mod schedule;
mod variance;

pub use schedule::{PAPER, Ramp, Schedule};
pub use variance::BatchRenormVariance;

norm_core::normalization! {
    /// Batch renormalization
    ///
    /// Batch normalization whose output in training is corrected towards what stored statistics would give: by a factor
    /// and a shift that compare the batch with the store, are bounded, and get no gradient. Where neither is at its bound,
    /// training and evaluation give the same output.
    pub BatchRenorm(ioffe2017renorm, eq = "algorithm 1") as "batch-renorm" over batch + space {
        policy running;
        gotcha "The bounds start at 1 and 0, which is batch normalization, and are loosened to 3 by update 40000 and to 5 by update 25000, from update 5000 on; here they are constants, where the schedule ends, and the schedule is a table that sets them." (ioffe2017renorm);
        gotcha "What is averaged is the deviation, epsilon under its root, at a rate of 0.01; ports average variances, which is a method of its own here." (ioffe2017renorm);
        gotcha "A well-known port adds epsilon to the deviation instead of to the variance." (ioffe2017renorm);
        gotcha "The store is that before the batch: updated first, the batch would be compared with itself." (ioffe2017renorm);
        param gain = 1.0;
        param bias = 0.0;
        const eps  = 1e-3;
        const rmax = 3.0, at least 1;
        const dmax = 5.0, at least 0;
        const rate = 0.01, from 0 to 1;
        mu    = mean(x);
        sigma = sqrt(mean(square(x - mu)) + eps);
        y     = gain * ((x - mu) / sigma
                  * stop_gradient(min(max(sigma / prev(sigma), 1 / rmax), rmax))
                  + stop_gradient(min(max((mu - prev(mu)) / prev(sigma), -dmax), dmax)))
              + bias;
    }
}
