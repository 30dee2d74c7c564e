//! Learning the logarithm of the length brings nothing.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{DIGITS_BY_SGD, WEIGHT_BY_SGD, WEIGHT_EXP_BY_SGD};

pub(crate) static CLAIM: Claim = Claim {
    id: "WN8",
    source: "salimans2016weight",
    statement: "Learning the logarithm of the weights' length instead of the length itself makes no \
        significant difference.",
    takes: "perceptron on the digits with either: the loss, equivalent",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: DIGITS_BY_SGD,
                first: WEIGHT_EXP_BY_SGD,
                second: WEIGHT_BY_SGD,
                quantity: Quantity::number("mean_log_train_loss"),
                expectation: Expectation::HigherBy { margin: -0.05 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 1.0,
    }),
    differs: "digits and a perceptron instead of CIFAR-10 and a convolutional net",
};
