//! Filter response normalization, with the epsilon as a constant and as a parameter.

mod learned;
mod reference;

pub use learned::LearnedEpsFilterResponse;

norm_core::normalization! {
    /// Filter response normalization
    ///
    /// Each channel of each case is divided by the root mean square over its space, and what comes out is cut off below at
    /// a learned threshold: normalization and nonlinearity in one.
    pub FilterResponseNorm(singh2020filter, eq = "1, 2, 3") as "filter-response" over space {
        invariant weight_matrix_scaling, weight_vector_scaling, dataset_scaling, case_scaling;
        gotcha "The threshold belongs to the method: it stands in place of the ReLU, and a ReLU after it undoes it." (singh2020filter);
        gotcha "No mean is subtracted, so a shift of the data is felt." (singh2020filter);
        gotcha "Over a space of one element x / sqrt(x² + eps) is nearly the sign of x: there epsilon has to be learned, the other variant." (singh2020filter);
        param gain = 1.0;
        param bias = 0.0;
        param tau = 0.0;
        const eps = 1e-6;
        ms = mean(square(x));
        y  = max(gain * x * rsqrt(ms + eps) + bias, tau);
    }
}
