//! Path-SGD learns dependencies over many steps.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Arm, Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{ADDING_BY_PLAIN_STEPS, RELU_BY_PATH_SGD, RELU_BY_SGD};

const PATH_FROM_IDENTITY: Arm = Arm::of("Path-SGD, from the identity", "none").with(&[
    ("optimizer", "path-sgd"),
    ("recurrence", "relu"),
    ("weights", "identity"),
]);
const PLAIN_FROM_IDENTITY: Arm = Arm::of("plain steps, from the identity", "none").with(&[
    ("optimizer", "sgd"),
    ("recurrence", "relu"),
    ("weights", "identity"),
]);

/// An arm against a level of the mean squared error; the best constant has 0.167.
const fn level(arm: Arm, level: f64, expectation: Expectation) -> Comparison {
    Comparison {
        on: ADDING_BY_PLAIN_STEPS,
        first: arm,
        second: arm,
        quantity: Quantity::Level { of: "test_loss", level },
        expectation,
    }
}

pub(crate) static CLAIM: Claim = Claim {
    id: "PR3",
    source: "neyshabur2016path",
    statement: "On the adding task a ReLU recurrence trained by Path-SGD learns dependencies over many \
        steps where plain gradient steps stay at the constant guess.",
    takes: "adding task of 50 steps, random and identity start: the error on test cases, below 0.02 \
        against 0.15 and more",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            level(RELU_BY_PATH_SGD, 0.02, Expectation::LowerBy { margin: 0.0 }),
            level(RELU_BY_SGD, 0.15, Expectation::HigherBy { margin: 0.0 }),
            level(PATH_FROM_IDENTITY, 0.02, Expectation::LowerBy { margin: 0.0 }),
            level(PLAIN_FROM_IDENTITY, 0.15, Expectation::HigherBy { margin: 0.0 }),
        ],
        rule: Rule::All,
        core_minutes: 15.0,
    }),
    differs: "50 steps instead of up to 750, 32 units instead of 100, 15 passes over 4000 sequences",
};
