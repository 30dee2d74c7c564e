//! Batch normalization trains at rates that break the plain net.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{BATCH_SIGMOID, DIGITS_AT_A_HIGH_RATE, PLAIN_SIGMOID};

pub(crate) static CLAIM: Claim = Claim {
    id: "R2",
    source: "ioffe2015batch",
    statement: "A perceptron with batch normalization still learns at thirty times a learning rate that \
        suits the plain one, which by then no longer does.",
    takes: "a perceptron of sigmoids moved by plain steps of 3.0: the share of right answers",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: DIGITS_AT_A_HIGH_RATE,
                first: BATCH_SIGMOID,
                second: PLAIN_SIGMOID,
                quantity: Quantity::number("test_accuracy"),
                // Ten points.
                expectation: Expectation::HigherBy { margin: 0.1 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 1.0,
    }),
    differs: "digits instead of ImageNet, a perceptron of three hidden layers instead of Inception",
};
