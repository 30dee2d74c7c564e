//! Batch normalization of what enters a recurrent layer, step by step.

use crate::BatchNorm;

norm_core::normalization! {
    /// Batch-normalized recurrent network
    ///
    /// Only the input projection is normalized, frame by frame over the batch or over whole sequences. The variant
    /// that normalizes the sum with the hidden projection is the one that its authors found not to help.
    pub BatchNormRnn(laurent2016batch) as "bn-rnn" over batch {
        policy per_step;
        placement input, joint;
        kernels BatchNorm;
        invariant weight_matrix_scaling, weight_vector_scaling, dataset_scaling, dataset_centering;
        gotcha "Frame by frame, each step has statistics of its own; over whole sequences one statistic pools all steps that are not padding, and so sees the future." (laurent2016batch);
        gotcha "\"Not over time\" is true of the frame-wise form only: the sequence-wise form pools over time." (laurent2016batch);
        gotcha "It trains faster and generalizes no better." (laurent2016batch);
        param gain = 1.0;
        param bias = 0.0;
        const eps = 1e-5;
        mu  = mean(x);
        var = mean(square(x - mu));
        y   = gain * (x - mu) * rsqrt(var + eps) + bias;
    }
}
