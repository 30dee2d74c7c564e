//! Switchable normalization, of pictures and of vectors.

mod reference;
mod vectors;

pub use vectors::SwitchableVectors;

norm_core::normalization! {
    /// Switchable normalization
    ///
    /// Mean and variance are weighted sums of those of a picture's channel, of the whole picture and of the channel over
    /// the batch. Each has a softmax of three learned numbers, the mean one and the variance another, so that a layer
    /// finds out how much of which normalization it wants.
    pub SwitchableNorm(luo2019differentiable, eq = "3, 5") as "switchable" over batch + space, features, space {
        policy running;
        invariant weight_matrix_scaling, dataset_scaling;
        gotcha "The root is taken of the mixture of variances, not of each: the shared backward formula of layer and batch normalization does not apply." (luo2019differentiable);
        gotcha "Evaluation uses the moving average of the batch's part only; the paper proposes batch average, statistics of some frozen batches, which is the re-estimated population here." (luo2019differentiable);
        gotcha "The authors' momentum is what is kept (0.9), and their running variance starts at 0; here it starts at 1." (luo2019differentiable);
        gotcha "The authors' code takes the unbiased variance of each instance, out of which it makes those of the layer and the batch; here all are biased, as in the paper." (luo2019differentiable);
        gotcha "Without space the instance's variance is 0 and its mean is the element: vectors have a variant of their own." (luo2019differentiable);
        gotcha "The mean of the mixture is not formed: the centred values are mixed, the same number since the weights sum to 1, of which less is lost far from zero.";
        param gain = 1.0;
        param bias = 0.0;
        param mean_in: scalar = 1.0;
        param mean_ln: scalar = 1.0;
        param mean_bn: scalar = 1.0;
        param var_in: scalar = 1.0;
        param var_ln: scalar = 1.0;
        param var_bn: scalar = 1.0;
        const eps = 1e-5;
        mu_b = mean(x, batch + space);
        ms_b = mean(square(x - mu_b), batch + space);
        mu_l = mean(x, features);
        ms_l = mean(square(x - mu_l), features);
        mu_i = mean(x, space);
        ms_i = mean(square(x - mu_i), space);
        mean_top = max(max(mean_in, mean_ln), mean_bn);
        var_top = max(max(var_in, var_ln), var_bn);
        centred = (exp(mean_in - mean_top) * (x - mu_i) + exp(mean_ln - mean_top) * (x - mu_l) + exp(mean_bn - mean_top) * (x - mu_b)) / (exp(mean_in - mean_top) + exp(mean_ln - mean_top) + exp(mean_bn - mean_top));
        var = (exp(var_in - var_top) * ms_i + exp(var_ln - var_top) * ms_l + exp(var_bn - var_top) * ms_b) / (exp(var_in - var_top) + exp(var_ln - var_top) + exp(var_bn - var_top));
        y = gain * centred * rsqrt(var + eps) + bias;
    }
}
