//! What a finding over pairs of seeds is about: two arms, the number that each was asked for, and what the claim says of the
//! difference *first − second*.

use serde::{Deserialize, Serialize};

/// Two arms of one workload, compared seed by seed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pairing {
    /// Id of the workload that both were trained on.
    pub workload: String,
    /// The arm that the claim is about.
    pub first: Side,
    /// The arm beside it.
    pub second: Side,
    /// What is compared of them.
    pub quantity: PairedQuantity,
    /// What the claim says of the difference.
    pub expected: Expected,
}

/// One arm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Side {
    /// What the claim calls it.
    pub arm: String,
    /// The number that its cells were asked for; empty where the number of updates is counted.
    pub metric: String,
}

/// The scale of a difference.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum PairedQuantity {
    /// The difference of two natural logarithms, hence the logarithm of a ratio.
    LogLoss,
    /// The difference of two numbers.
    Number,
    /// The number of the first arm less a level.
    Level {
        /// The level.
        level: f64,
    },
    /// The difference of the natural logarithms of the updates until the target; never reached counts as infinite.
    Steps,
    /// The natural logarithm of the ratio of standard deviations over seeds.
    Spread,
    /// The difference of the shares of seeds at which the number is at least so much.
    Success {
        /// From where on it counts.
        least: f64,
    },
}

impl PairedQuantity {
    /// Whether a difference is the logarithm of a ratio.
    pub fn is_log_ratio(self) -> bool {
        matches!(self, Self::LogLoss | Self::Steps | Self::Spread)
    }
}

/// What a claim says of a difference, on the difference's own scale.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Expected {
    /// Below 0.
    Lower {
        /// The smallest difference that matters.
        delta: f64,
    },
    /// Above 0.
    Higher {
        /// The smallest difference that matters.
        delta: f64,
    },
    /// Below `-margin` as a whole interval.
    LowerBy {
        /// The margin, which may be below 0.
        margin: f64,
    },
    /// Above `margin` as a whole interval.
    HigherBy {
        /// The margin, which may be below 0.
        margin: f64,
    },
    /// Within `delta` of 0.
    Same {
        /// The largest difference that does not matter.
        delta: f64,
    },
}

impl Expected {
    /// The largest difference that does not matter, where one was set.
    pub fn delta(self) -> Option<f64> {
        match self {
            Self::Lower { delta } | Self::Higher { delta } | Self::Same { delta } => Some(delta),
            Self::LowerBy { .. } | Self::HigherBy { .. } => None,
        }
    }

    /// The value that the whole interval has to be below (or above), where the claim is of a margin.
    pub fn limit(self) -> Option<f64> {
        match self {
            Self::LowerBy { margin } => Some(-margin),
            Self::HigherBy { margin } => Some(margin),
            Self::Lower { .. } | Self::Higher { .. } | Self::Same { .. } => None,
        }
    }
}
