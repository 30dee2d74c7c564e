//! Batch renormalization beats batch normalization in small batches.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{BATCH, BATCH_RENORM, DIGITS_BY_4};

pub(crate) static CLAIM: Claim = Claim {
    id: "R39",
    source: "ioffe2017renorm",
    statement: "With very few cases in a batch, batch renormalization is more often right at evaluation \
        than batch normalization.",
    takes: "perceptron on the digits in batches of 4: the share right, half a point apart",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: DIGITS_BY_4,
                first: BATCH_RENORM,
                second: BATCH,
                quantity: Quantity::number("test_accuracy"),
                // Half a point.
                expectation: Expectation::HigherBy { margin: 0.005 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 4.0,
    }),
    differs: "digits and a perceptron instead of ImageNet and Inception, limits widened over hundreds of \
        updates",
};
