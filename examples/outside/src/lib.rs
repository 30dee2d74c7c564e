//! A normalization declared outside normlab: the fourth root of the mean fourth power instead of the standard deviation.

pub mod record;
mod reference;
pub mod training;

norm_core::normalization! {
    /// Quartic mean normalization
    ///
    /// Each case divided by the fourth root of the mean fourth power of its features.
    pub QuarticNorm(outside2026quartic) as "quartic" over features {
        invariant weight_matrix_scaling, dataset_scaling, case_scaling;
        gotcha "The largest feature weighs most: one outlier makes all others small.";
        param gain = 1.0;
        param bias = 0.0;
        const eps = 1e-5;
        q = mean(square(square(x)));
        y = gain * x * rsqrt(sqrt(q + eps)) + bias;
    }
}

/// The sources that the declarations cite, for a page's bibliography.
pub const REFERENCES: &str = "@misc{outside2026quartic,
  title  = {{Normalization by the quartic mean}},
  author = {Outsider, An},
  year   = {2026},
  howpublished = {An example, not a publication},
  url    = {https://example.org/quartic},
}
";
