//! Later layers can learn what fixed lengths leave out.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{DIGITS, WEIGHT_MLP};

pub(crate) static CLAIM: Claim = Claim {
    id: "Q19",
    source: "stackexchange12956",
    statement: "The learned length in weight normalization is not essential, since later layers can make up \
        for it.",
    takes: "lengths learned, fixed, and fixed save in the last layer, with ReLU and tanh: the share right, \
        equivalent; with all fixed, nothing later can learn them",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: DIGITS,
                first: WEIGHT_MLP.with(&[("data_start", "yes"), ("gain", "fixed except last")]),
                second: WEIGHT_MLP,
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Same { delta: 0.1 },
            },
            Comparison {
                on: DIGITS,
                first: WEIGHT_MLP.with(&[("data_start", "yes"), ("gain", "fixed")]),
                second: WEIGHT_MLP,
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Same { delta: 0.1 },
            },
            Comparison {
                on: DIGITS,
                first: WEIGHT_MLP.with(&[("data_start", "yes"), ("gain", "fixed"), ("nonlinearity", "tanh")]),
                second: WEIGHT_MLP.with(&[("data_start", "yes"), ("nonlinearity", "tanh")]),
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Same { delta: 0.1 },
            },
        ],
        rule: Rule::All,
        core_minutes: 2.0,
    }),
    differs: "",
};
