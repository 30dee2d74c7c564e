//! Mean-only batch normalization.

mod reference;

norm_core::normalization! {
    /// Mean-only batch normalization
    ///
    /// Each channel minus its mean over the batch (and over space where there is some); the deviation stays, and is
    /// left to normalized weights. Training uses the mean of the batch, evaluation a running average.
    pub MeanOnlyBatchNorm(salimans2016weight) as "mean-only-batch" over batch + space {
        policy running;
        placement input;
        invariant dataset_centering;
        gotcha "The best figure of the paper is this together with weight normalization of the layer below; alone it bounds no scale." (salimans2016weight);
        gotcha "Under it the data-dependent initialization sets the gains of the weights only; the bias stays 0." (salimans2016weight);
        gotcha "The gradient of x sums to zero over the batch: a bias before it never moves.";
        param bias = 0.0;
        mu = mean(x);
        y  = x - mu + bias;
    }
}
