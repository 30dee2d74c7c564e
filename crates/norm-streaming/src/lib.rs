//! Streaming normalization: what normalizes is a mixture of what the statistics have been since the last update of the
//! weights and over all of training, and so are the gradients that flow through them.
//!
//! A declaration says what is measured; how it is mixed is [`norm_core::streaming`].

mod moments;
mod reference;

pub use moments::StreamingMoments;

norm_core::normalization! {
    /// Streaming normalization
    ///
    /// Each channel is centred and divided by the p-th root of the mean p-th power of its deviations. Training and
    /// evaluation both use what the mean and that root have been so far.
    pub StreamingNorm(liao2016streaming) as "streaming" over batch + space {
        policy streaming;
        placement input;
        invariant weight_matrix_scaling, weight_vector_scaling, dataset_scaling, dataset_centering;
        gotcha "One sample of one position has no deviation, and 0 is stored: the first output is the bias, each later one is divided by the root of epsilon, 0.003, and runs to hundreds. `streaming-moments` is for that.";
        gotcha "Epsilon stands beside the square of the deviation whatever p is, as in batch normalization: the divisor is 5 % too large at a deviation of 0.01. The paper adds it to the deviation." (liao2016streaming);
        gotcha "The average of deviations within batches is not the deviation over all of them: small batches give outputs that are too large.";
        gotcha "While the long average counts, a scaling of the weights is followed only after some updates.";
        gotcha "At p = 1 a Gaussian channel comes out with a standard deviation of 1.25, not 1: give it a gain.";
        param gain = 1.0;
        param bias = 0.0;
        const eps = 1e-5;
        const p = 2, at least 1;
        mu = mean(x);
        s  = pow(mean(pow(abs(x - mu), p)) + 1e-37, 1 / p);
        y  = gain * (x - mu) * rsqrt(square(s) + eps) + bias;
    }
}
