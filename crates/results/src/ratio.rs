//! Two things timed in turns.

use serde::{Deserialize, Serialize};

/// How much longer one thing takes than another. Both are timed once in each round, first the one and then the other and the next
/// time the other way about, so that a machine that drifts does so for both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RatioRecord {
    /// Its name, by which claims ask for it.
    pub id: String,
    /// What was timed against what, in a sentence.
    pub about: String,
    /// The first's time over the second's, round by round.
    pub ratios: Vec<f64>,
}
