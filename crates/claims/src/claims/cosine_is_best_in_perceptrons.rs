//! Cosine normalization is the least often wrong in fully connected nets.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{BATCH, COSINE, DIGITS, LAYER_MLP, WEIGHT_MLP};

pub(crate) static CLAIM: Claim = Claim {
    id: "CN3",
    source: "luo2018cosine",
    statement: "In fully connected nets cosine normalization makes fewer errors on new cases than batch, \
        weight and layer normalization.",
    takes: "perceptron on the digits, four methods: the error on test cases",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: DIGITS,
                first: COSINE,
                second: BATCH,
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Lower { delta: 0.05 },
            },
            Comparison {
                on: DIGITS,
                first: COSINE,
                second: WEIGHT_MLP,
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Lower { delta: 0.05 },
            },
            Comparison {
                on: DIGITS,
                first: COSINE,
                second: LAYER_MLP,
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Lower { delta: 0.05 },
            },
        ],
        rule: Rule::All,
        core_minutes: 3.0,
    }),
    differs: "digits instead of MNIST and news groups, 100 units instead of some 1000",
};
