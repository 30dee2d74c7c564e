//! Cosine normalization of what is left of weights and input after their means.

norm_core::normalization! {
    /// Centred cosine normalization
    ///
    /// As cosine normalization after the mean over its own components was taken from each side: the summed input is
    /// the correlation coefficient of weights and input.
    pub CentredCosineNorm(luo2018cosine) as "cosine-centred" over features {
        site weights_and_inputs;
        invariant weight_matrix_scaling, weight_vector_scaling, dataset_scaling, case_scaling;
        gotcha "The means run over the components of one vector, never over the batch." (luo2018cosine);
        gotcha "Blind to one number added to every component of an input, not to an arbitrary constant vector.";
        gotcha "A vector of equal components has no direction left: it gives 0 and gets gradient 0. Rounding hides what is exactly equal, so one whose centred squares are at most `flat` of its squares counts as equal.";
        const tiny = 1e-37, above 0;
        const flat = 1e-13, at least 0;
        mu      = mean(x);
        squares = sum(square(x - mu));
        raw     = sum(square(x));
        y = (x - mu) * step(squares - max(flat * raw, tiny)) * rsqrt(max(squares, tiny));
    }
}
