//! Weight normalization gets there sooner than plain weights.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{DIGITS_BY_SGD, PLAIN_BY_SGD, WEIGHT_BY_SGD};

pub(crate) static CLAIM: Claim = Claim {
    id: "WN3",
    source: "salimans2016weight",
    statement: "At its best rate each, a net with weight normalization has a lower loss early in training \
        than one with plain weights.",
    takes: "perceptron on the digits, five epochs: the loss of both",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: DIGITS_BY_SGD,
                first: WEIGHT_BY_SGD,
                second: PLAIN_BY_SGD,
                quantity: Quantity::number("mean_log_train_loss"),
                expectation: Expectation::Lower { delta: 0.05 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 1.0,
    }),
    differs: "digits and a perceptron instead of CIFAR-10 and a convolutional net",
};
