//! Weight normalization works at a wider range of rates.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{DIGITS_AT_A_HIGH_RATE, PLAIN_BY_SGD, WEIGHT_BY_SGD};

pub(crate) static CLAIM: Claim = Claim {
    id: "WN2",
    source: "salimans2016weight",
    statement: "With weight normalization a net learns nearly as well as it can over a wider range of \
        learning rates than without.",
    takes: "perceptron on the digits, plain steps, nine rates over four decades, both from the \
        data-dependent start: how far apart the rates are that come within two points of the best",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: DIGITS_AT_A_HIGH_RATE,
                first: WEIGHT_BY_SGD,
                second: PLAIN_BY_SGD,
                quantity: Quantity::number("test_accuracy"),
                expectation: Expectation::Higher { delta: 0.02 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 1.0,
    }),
    differs: "digits and a perceptron instead of CIFAR-10 and a convolutional net",
};
