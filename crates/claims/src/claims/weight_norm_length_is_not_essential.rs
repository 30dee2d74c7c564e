//! The learned length of the weights can be left out.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{DIGITS, WEIGHT_MLP};

pub(crate) static CLAIM: Claim = Claim {
    id: "WN9",
    source: "stackexchange12956",
    statement: "Weight normalization does as well with the length of each weight vector fixed as with it \
        learned.",
    takes: "perceptron on the digits, lengths learned and fixed: the share right, within a point",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: DIGITS,
                first: WEIGHT_MLP.with(&[("data_start", "yes"), ("gain", "fixed")]),
                second: WEIGHT_MLP,
                quantity: Quantity::number("test_accuracy"),
                // One point.
                expectation: Expectation::Same { delta: 0.01 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 1.0,
    }),
    differs: "",
};
