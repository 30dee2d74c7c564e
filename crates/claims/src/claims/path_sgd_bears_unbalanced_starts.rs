//! An unbalanced start does not harm Path-SGD.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{BY_ADAGRAD, BY_ADAGRAD_UNBALANCED, BY_PATH_SGD, BY_PATH_SGD_UNBALANCED, BY_SGD, BY_SGD_UNBALANCED, DIGITS_BY_PLAIN_STEPS};

pub(crate) static CLAIM: Claim = Claim {
    id: "PS2",
    source: "neyshabur2015path",
    statement: "From weights that were thrown out of balance Path-SGD learns as from balanced ones, while \
        plain gradient steps and AdaGrad suffer.",
    takes: "perceptron on the digits, balanced and unbalanced start, three optimizers: the training loss after 20 passes",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: DIGITS_BY_PLAIN_STEPS,
                first: BY_PATH_SGD_UNBALANCED,
                second: BY_PATH_SGD,
                quantity: Quantity::log_loss("train_loss"),
                expectation: Expectation::Same { delta: 0.1 },
            },
            Comparison {
                on: DIGITS_BY_PLAIN_STEPS,
                first: BY_SGD_UNBALANCED,
                second: BY_SGD,
                quantity: Quantity::log_loss("train_loss"),
                expectation: Expectation::Higher { delta: 0.1 },
            },
            Comparison {
                on: DIGITS_BY_PLAIN_STEPS,
                first: BY_ADAGRAD_UNBALANCED,
                second: BY_ADAGRAD,
                quantity: Quantity::log_loss("train_loss"),
                expectation: Expectation::Higher { delta: 0.1 },
            },
        ],
        rule: Rule::All,
        core_minutes: 1.5,
    }),
    differs: "digits and 100 units instead of MNIST and 4000",
};
