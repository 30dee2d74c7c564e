//! Batch normalization gets there sooner, and the inputs of its last sigmoid wander less.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{BATCH_SIGMOID, DIGITS_BY_SGD, PLAIN_SIGMOID};

pub(crate) static CLAIM: Claim = Claim {
    id: "R3",
    source: "ioffe2015batch",
    statement: "With batch normalization a sigmoid perceptron needs at most half the updates, and the \
        distribution of inputs to its last hidden layer drifts less.",
    takes: "a perceptron of sigmoids moved by plain steps: the updates until 95 of 100 validation cases are right",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: DIGITS_BY_SGD,
                first: BATCH_SIGMOID,
                second: PLAIN_SIGMOID,
                quantity: Quantity::Steps,
                // Ln 2: half the updates.
                expectation: Expectation::LowerBy { margin: 0.693 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 1.0,
    }),
    differs: "digits instead of MNIST",
};
