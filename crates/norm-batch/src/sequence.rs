//! Batch normalization of what enters a recurrent layer, over whole sequences.

use crate::BatchNorm;

norm_core::normalization! {
    /// Sequence-wise batch normalization
    ///
    /// The input projection of each unit over all cases and all steps that are not padding; the hidden projection is
    /// not touched. Evaluation uses running averages, so that single utterances can be read.
    pub SequenceBatchNorm(amodei2016deep) as "sequence-batch" over batch + time {
        policy running;
        placement input;
        kernels BatchNorm;
        invariant weight_matrix_scaling, weight_vector_scaling, dataset_scaling, dataset_centering;
        gotcha "Padding belongs into neither moment, nor into the gradient of the mean; a well-known port counts it." (amodei2016deep);
        gotcha "The recurrence is a rectifier clipped at 20." (amodei2016deep);
        gotcha "Normalizing the input of a layer instead of its projection leaves the scale of the projection free: another network.";
        param gain = 1.0;
        param bias = 0.0;
        const eps = 1e-5;
        mu  = mean(x);
        var = mean(square(x - mu));
        y   = gain * (x - mu) * rsqrt(var + eps) + bias;
    }
}
