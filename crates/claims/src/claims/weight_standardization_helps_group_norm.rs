//! Weight standardization helps group normalization in tiny batches.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{CLUTTERED_BY_2, GROUP_CONV, STANDARDIZED};

pub(crate) static CLAIM: Claim = Claim {
    id: "R42",
    source: "qiao2019weight",
    statement: "In batches of two or so, group normalization with standardized weights is at least as often \
        right as without.",
    takes: "convolutional net on digits among clutter in batches of 2: the share right with both and with group norm alone",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: CLUTTERED_BY_2,
                first: STANDARDIZED,
                second: GROUP_CONV,
                quantity: Quantity::number("test_accuracy"),
                // A point below at most.
                expectation: Expectation::HigherBy { margin: -0.01 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 2.0,
    }),
    differs: "digits among clutter and two convolutions instead of ImageNet",
};
