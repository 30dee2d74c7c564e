//! Instance normalization.

mod reference;

norm_core::normalization! {
    /// Instance normalization
    ///
    /// Each channel of each case over its own space: the contrast of a single picture is taken out. Nothing is shared
    /// between cases, and training and evaluation are the same computation.
    pub InstanceNorm(ulyanov2016instance, eq = "4") as "instance" over space {
        invariant weight_matrix_scaling, weight_vector_scaling, dataset_scaling, dataset_centering, case_scaling;
        gotcha "Gain and bias are on here, as networks use it; PyTorch's layer has neither unless it is asked for." (pytorch2019);
        gotcha "PyTorch's layer can track running statistics, which then change what evaluation computes; the method has none." (pytorch2019);
        gotcha "Where there is no space a set holds one element and the output is the bias: in a perceptron or a recurrent cell it erases its input.";
        gotcha "Some released code divides by the unbiased deviation; the paper's variance is the biased one." (ulyanov2016instance);
        param gain = 1.0;
        param bias = 0.0;
        const eps = 1e-5;
        mu  = mean(x);
        var = mean(square(x - mu));
        y   = gain * (x - mu) * rsqrt(var + eps) + bias;
    }
}
