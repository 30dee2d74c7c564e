//! On which side of the second arm the first one lies.

use serde::{Deserialize, Serialize};

/// Where the first arm's numbers lie. Whether that is better is for the metric to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Below the second arm's.
    Lower,
    /// Above the second arm's.
    Higher,
}

impl Direction {
    /// The sign of a difference; none of 0 and of NaN.
    pub(crate) fn of(difference: f64) -> Option<Self> {
        match difference.partial_cmp(&0.0) {
            Some(std::cmp::Ordering::Less) => Some(Self::Lower),
            Some(std::cmp::Ordering::Greater) => Some(Self::Higher),
            _ => None,
        }
    }

    /// The direction with the arms swapped.
    pub fn opposite(self) -> Self {
        match self {
            Self::Lower => Self::Higher,
            Self::Higher => Self::Lower,
        }
    }
}
