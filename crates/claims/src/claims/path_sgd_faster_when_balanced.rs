//! Path-SGD is faster from balanced starts as well.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{BY_ADAGRAD, BY_PATH_SGD, BY_SGD, DIGITS_BY_PLAIN_STEPS};

pub(crate) static CLAIM: Claim = Claim {
    id: "PS3",
    source: "neyshabur2015path",
    statement: "Even from balanced weights Path-SGD needs fewer epochs than plain gradient steps and \
        AdaGrad.",
    takes: "perceptron on the digits, three optimizers: the updates until 95 of 100 validation cases are right",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: DIGITS_BY_PLAIN_STEPS,
                first: BY_PATH_SGD,
                second: BY_SGD,
                quantity: Quantity::Steps,
                expectation: Expectation::Lower { delta: 0.1 },
            },
            Comparison {
                on: DIGITS_BY_PLAIN_STEPS,
                first: BY_PATH_SGD,
                second: BY_ADAGRAD,
                quantity: Quantity::Steps,
                expectation: Expectation::Lower { delta: 0.1 },
            },
        ],
        rule: Rule::All,
        core_minutes: 1.0,
    }),
    differs: "digits and 100 units instead of MNIST and 4000; the target is one of validation",
};
