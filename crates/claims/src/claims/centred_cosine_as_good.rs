//! Centring first is no worse.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Arm, Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{COSINE, DIGITS};

pub(crate) static CLAIM: Claim = Claim {
    id: "CN5",
    source: "luo2018cosine",
    statement: "Cosine normalization of centred weights and inputs is at least as good as without centring.",
    takes: "perceptron on the digits, centred and not: the error on test cases, at most a fifth of a point \
        more",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: DIGITS,
                first: Arm::of("centred cosine", "cosine-centred"),
                second: COSINE,
                quantity: Quantity::number("test_accuracy"),
                // A fifth of a point.
                expectation: Expectation::HigherBy { margin: -0.002 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 2.0,
    }),
    differs: "digits instead of MNIST and news groups",
};
