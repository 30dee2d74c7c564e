//! Confidence intervals.

use serde::{Deserialize, Serialize};

/// An interval with both its ends; an end that the numbers do not bound is infinite. In a record such an end is absent
/// (`null`), because JSON has no infinity.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "Ends", into = "Ends")]
pub struct Interval {
    /// The lower end, or −∞.
    pub lower: f64,
    /// The upper end, or +∞.
    pub upper: f64,
}

impl Interval {
    /// What is known when nothing is.
    pub const WHOLE: Self = Self { lower: f64::NEG_INFINITY, upper: f64::INFINITY };

    pub(crate) fn point(value: f64) -> Self {
        Self { lower: value, upper: value }
    }

    /// Whether a value lies in the interval, ends included.
    pub fn contains(&self, value: f64) -> bool {
        self.lower <= value && value <= self.upper
    }

    /// Whether the whole interval lies strictly between −δ and δ.
    pub fn within(&self, delta: f64) -> bool {
        -delta < self.lower && self.upper < delta
    }
}

/// How an interval is written.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ends {
    lower: Option<f64>,
    upper: Option<f64>,
}

impl From<Ends> for Interval {
    fn from(ends: Ends) -> Self {
        let Self { lower, upper } = Self::WHOLE;
        Self { lower: ends.lower.unwrap_or(lower), upper: ends.upper.unwrap_or(upper) }
    }
}

impl From<Interval> for Ends {
    fn from(interval: Interval) -> Self {
        let finite = |end: f64| end.is_finite().then_some(end);
        Self { lower: finite(interval.lower), upper: finite(interval.upper) }
    }
}
