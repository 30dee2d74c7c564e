//! Equivalence: a difference too small to matter.

use serde::{Deserialize, Serialize};

use crate::ALPHA;
use crate::interval::Interval;

/// Two one-sided tests against ±δ (Schuirmann 1987), each at [`ALPHA`]. They hold where the interval at level 1 − 2 α,
/// 90 %, lies between −δ and δ.
///
/// When two arms do not differ and δ is the standard deviation of the differences, ten normal pairs find equivalence
/// in 79.5 % of all cases, and in 6.5 % with half that δ. Too few pairs are never a reason to call arms equivalent.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Equivalence {
    /// The smallest difference that matters, set before measuring.
    pub delta: f64,
    /// The larger of the two one-sided p-values.
    pub p: f64,
    /// The interval of the difference at [`Equivalence::LEVEL`].
    pub interval: Interval,
    /// Whether the tests hold, p < α.
    pub holds: bool,
}

impl Equivalence {
    /// The level of the interval that must lie between −δ and δ.
    pub const LEVEL: f64 = 1.0 - 2.0 * ALPHA;

    pub(crate) fn new(delta: f64, p: f64, interval: Interval) -> Self {
        Self { delta, p, interval, holds: p < ALPHA }
    }
}
