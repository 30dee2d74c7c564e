//! Spectral normalization.

mod reference;

norm_core::normalization! {
    /// Spectral normalization
    ///
    /// A matrix of weights is divided by an estimate of its largest singular value: one step of the power iteration per
    /// use in training, from where the last one came to. A layer then stretches nothing by more than about 1.
    pub SpectralNorm(miyato2018spectral, eq = "6, 7, 8") as "spectral" over unit, channels, space, features {
        site weights;
        policy running;
        invariant weight_matrix_scaling;
        starts u = normal;
        gotcha "One step per use: the estimate is good where weights move slowly, and after a jump it is not until a few uses later." (miyato2018spectral);
        gotcha "Both vectors are constants to the gradient: it is that of the matrix over a bilinear form, not of the iteration." (miyato2018spectral);
        gotcha "The vector over outputs starts drawn from a normal distribution, from one recorded seed: equal elements would be blind to a matrix whose columns sum to 0, and would stay on a smaller singular value that they are the vector of." (miyato2018spectral);
        gotcha "In a recurrent network that is unrolled the vector moves once per training step, not once per step of the sequence." (miyato2018spectral);
        gotcha "A matrix of zeros gives a vector of zeros, from which no later use comes back.";
        gotcha "Evaluation makes no step: the stored vector and the one that it reaches; PyTorch stores the latter too, from before the last step." (pytorch2019);
        const eps = 1e-12;
        const rate = 1.0, from 0 to 1;
        reach = sum(prev(u) * x, channels);
        v = reach * rsqrt(sum(square(reach), space) + square(eps));
        stretched = sum(x * v, unit);
        u = stretched * rsqrt(sum(square(stretched), channels) + square(eps));
        sigma = sum(stop_gradient(u * v) * x, features) * stop_gradient(rsqrt(sum(square(u), channels) + square(eps)));
        y = x / max(sigma, eps);
    }
}
