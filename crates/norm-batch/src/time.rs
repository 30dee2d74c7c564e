//! Batch normalization inside a recurrent convolutional network.

use crate::BatchNorm;

norm_core::normalization! {
    /// Time-specific batch normalization
    ///
    /// Batch normalization of a network whose weights are shared over unrolled steps, with statistics of its own for
    /// each step over batch and space. Gain and bias are shared over steps or belong to one, too.
    pub TimeBatchNorm(liao2016bridging) as "time-batch" over batch + space {
        policy per_step;
        placement input;
        kernels BatchNorm;
        invariant weight_matrix_scaling, weight_vector_scaling, dataset_scaling, dataset_centering;
        gotcha "With statistics shared over steps training still sees each step's own batch; what fails is evaluation with one average." (liao2016bridging);
        gotcha "Whether gain and bias belong to a step is not said; both are modes here." (liao2016bridging);
        gotcha "A residual recursion without normalization grows with every step, so the steps' statistics differ by construction.";
        param gain = 1.0;
        param bias = 0.0;
        const eps = 1e-5;
        mu  = mean(x);
        var = mean(square(x - mu));
        y   = gain * (x - mu) * rsqrt(var + eps) + bias;
    }
}
