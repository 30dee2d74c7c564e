//! The same over raw moments, whose averages are those of all samples together, however few each batch holds.

norm_core::normalization! {
    /// Streaming normalization of moments
    ///
    /// Each channel is centred and divided by its standard deviation, which is found from the first and the second
    /// moment after these have been averaged: one sample at a time is enough.
    pub StreamingMoments(liao2016streaming) as "streaming-moments" over batch + space {
        policy streaming;
        placement input;
        invariant weight_matrix_scaling, weight_vector_scaling, dataset_scaling, dataset_centering;
        gotcha "The variance is a difference of moments: a mean far from zero takes digits from it. What rounding leaves below zero counts as zero.";
        param gain = 1.0;
        param bias = 0.0;
        const eps = 1e-5;
        mu = mean(x);
        m2 = mean(square(x));
        y  = gain * (x - mu) * rsqrt(max(m2 - mu * mu, 0) + eps) + bias;
    }
}
