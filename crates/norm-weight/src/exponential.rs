//! Weight normalization whose gain is an exponential.

norm_core::normalization! {
    /// Weight normalization, exponential gain
    ///
    /// As weight normalization, with the gain kept as its logarithm: it stays positive, and its steps are relative.
    pub ExpWeightNorm(salimans2016weight) as "weight-exp" over fan_in {
        site weights;
        invariant weight_matrix_scaling, weight_vector_scaling;
        gotcha "Reported as no better than the plain gain and a little slower." (salimans2016weight);
        gotcha "In single precision a logarithm above 88.7 is no gain: its exponential is infinite, and a weight of 0 becomes no number.";
        gotcha "A gain below 0 cannot be said, and weight decay on the logarithm pulls the gain to 1, not to 0.";
        param log_gain: group = 0.0;
        const tiny = 1e-37, above 0;
        squares = sum(square(x));
        y = exp(log_gain) * x * step(squares - tiny) * rsqrt(max(squares, tiny));
    }
}
