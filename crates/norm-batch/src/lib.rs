//! Batch normalization, and the methods that are the same formula under another policy or in another place.

mod ghost_batch;
mod recurrent;
mod reference;
mod rnn;
mod sequence;
mod time;

pub use ghost_batch::GhostBatchNorm;
pub use recurrent::RecurrentBatchNorm;
pub use rnn::BatchNormRnn;
pub use sequence::SequenceBatchNorm;
pub use time::TimeBatchNorm;

norm_core::normalization! {
    /// Batch normalization
    ///
    /// Each channel over the batch (and over space or time where there is some). Training uses the statistics of
    /// the batch, evaluation a running average.
    pub BatchNorm(ioffe2015batch, eq = "algorithm 1") as "batch" over batch + space {
        policy running;
        placement input;
        invariant weight_matrix_scaling, weight_vector_scaling, dataset_scaling, dataset_centering;
        gotcha "The biased variance normalizes; what is stored for evaluation is the unbiased one in PyTorch and dfdx, the biased one in Keras, Flax and burn." (pytorch2019);
        gotcha "The gradient of x sums to zero over the batch: a bias before it never moves.";
        gotcha "With running statistics as constants the gradient loses its mean terms: a different algorithm from training." (ioffe2015batch);
        param gain = 1.0;
        param bias = 0.0;
        const eps = 1e-5;
        mu  = mean(x);
        var = mean(square(x - mu));
        y   = gain * (x - mu) * rsqrt(var + eps) + bias;
    }
}
