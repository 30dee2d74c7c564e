//! Path-SGD generalizes at least as well.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Arm, Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{BY_PATH_SGD, BY_SGD, DIGITS_BY_PLAIN_STEPS};

pub(crate) static CLAIM: Claim = Claim {
    id: "PS4",
    source: "neyshabur2015path",
    statement: "A net trained by Path-SGD makes no more errors on new cases than one trained by plain \
        gradient steps, with dropout and without.",
    takes: "perceptron on the digits, both, with dropout of a half and without: the share right of test cases",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: DIGITS_BY_PLAIN_STEPS,
                first: BY_PATH_SGD,
                second: BY_SGD,
                quantity: Quantity::number("test_accuracy"),
                // No more than a point lower.
                expectation: Expectation::HigherBy { margin: -0.01 },
            },
            Comparison {
                on: DIGITS_BY_PLAIN_STEPS,
                first: Arm::of("Path-SGD, dropout", "none").with(&[("dropout", "0.5"), ("optimizer", "path-sgd")]),
                second: Arm::of("plain steps, dropout", "none").with(&[("dropout", "0.5"), ("optimizer", "sgd")]),
                quantity: Quantity::number("test_accuracy"),
                expectation: Expectation::HigherBy { margin: -0.01 },
            },
        ],
        rule: Rule::All,
        core_minutes: 1.0,
    }),
    differs: "digits and 100 units instead of MNIST and 4000",
};
