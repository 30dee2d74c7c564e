//! Switchable normalization where there is no space.

norm_core::normalization! {
    /// Switchable normalization of vectors
    ///
    /// As of pictures, with two parts: the case's own mean and variance, and those of each feature over the batch.
    pub SwitchableVectors(luo2019differentiable, eq = "3, 5") as "switchable-vectors" over batch, features {
        policy running;
        invariant weight_matrix_scaling, dataset_scaling;
        gotcha "The authors' code takes unbiased variances, here and of each instance of a picture, out of which it makes those of the layer and the batch; here all are biased, as in the paper." (luo2019differentiable);
        gotcha "The authors' momentum for vectors keeps 0.997 of the average; here the rate is the policy's." (luo2019differentiable);
        param gain = 1.0;
        param bias = 0.0;
        param mean_ln: scalar = 1.0;
        param mean_bn: scalar = 1.0;
        param var_ln: scalar = 1.0;
        param var_bn: scalar = 1.0;
        const eps = 1e-5;
        mu_b = mean(x, batch);
        ms_b = mean(square(x - mu_b), batch);
        mu_l = mean(x, features);
        ms_l = mean(square(x - mu_l), features);
        mean_top = max(mean_ln, mean_bn);
        var_top = max(var_ln, var_bn);
        centred = (exp(mean_ln - mean_top) * (x - mu_l) + exp(mean_bn - mean_top) * (x - mu_b)) / (exp(mean_ln - mean_top) + exp(mean_bn - mean_top));
        var = (exp(var_ln - var_top) * ms_l + exp(var_bn - var_top) * ms_b) / (exp(var_ln - var_top) + exp(var_bn - var_top));
        y = gain * centred * rsqrt(var + eps) + bias;
    }
}
