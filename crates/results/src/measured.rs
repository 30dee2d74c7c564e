//! Measurements of other frameworks, and of the noise itself.

use serde::{Deserialize, Serialize};

/// One operation measured in another framework on the same machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeerRecord {
    /// The id of our fused benchmark that this is the twin of.
    pub id: String,
    /// The framework.
    pub framework: String,
    /// Its version.
    pub version: String,
    /// Threads it used.
    pub threads: usize,
    /// Median time, milliseconds.
    pub median_ms: f64,
    /// Lower end of the 95 % interval of the median, milliseconds.
    pub lower_ms: Option<f64>,
    /// Upper end of the 95 % interval of the median, milliseconds.
    pub upper_ms: Option<f64>,
    /// Largest absolute difference between its outputs and ours.
    #[serde(with = "crate::float::option")]
    pub output_difference: Option<f64>,
    /// Largest absolute difference between its gradients and ours.
    #[serde(with = "crate::float::option")]
    pub gradient_difference: Option<f64>,
    /// Our median over its median; below 1 we are faster.
    pub ours_over_peer: Option<f64>,
}

/// The same thing measured against itself: what the machine alone does to a ratio.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoiseRecord {
    /// The benchmark that was repeated.
    pub id: String,
    /// Pairs of measurements.
    pub pairs: usize,
    /// Median of the ratios; 1 without bias.
    pub median_ratio: f64,
    /// Lower end of the central 95 % of the ratios.
    pub lower_ratio: f64,
    /// Upper end of the central 95 % of the ratios.
    pub upper_ratio: f64,
}
