//! Weight normalization is early on nearly as fast as batch normalization, for less.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{BATCH_BY_SGD, DIGITS_BY_SGD, WEIGHT_BY_SGD};

pub(crate) static CLAIM: Claim = Claim {
    id: "WN4",
    source: "salimans2016weight",
    statement: "Early in training weight normalization lowers the loss nearly as fast as batch \
        normalization, and a step of it takes less time.",
    takes: "perceptron on the digits: the loss for each epoch within a fifth, and the seconds of a step",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: DIGITS_BY_SGD,
                first: WEIGHT_BY_SGD,
                second: BATCH_BY_SGD,
                quantity: Quantity::number("mean_log_train_loss"),
                expectation: Expectation::Same { delta: 0.2 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 1.0,
    }),
    differs: "digits and a perceptron instead of CIFAR-10 and a convolutional net",
};
