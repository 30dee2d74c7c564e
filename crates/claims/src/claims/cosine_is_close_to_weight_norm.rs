//! Cosine and weight normalization are very similar.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{COSINE, DIGITS, WEIGHT_MLP};

pub(crate) static CLAIM: Claim = Claim {
    id: "Q20",
    source: "stackexchange12956",
    statement: "Cosine normalization is very similar to weight normalization.",
    takes: "both as the lengths of inputs spread more and more, by factors of log-normal deviation 0, 0.5 and 1: the share right, equivalent",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: DIGITS,
                first: COSINE,
                second: WEIGHT_MLP,
                quantity: Quantity::number("test_accuracy"),
                // One point.
                expectation: Expectation::Same { delta: 0.01 },
            },
            Comparison {
                on: DIGITS,
                first: COSINE.with(&[("input_spread", "0.5")]),
                second: WEIGHT_MLP.with(&[("data_start", "yes"), ("input_spread", "0.5")]),
                quantity: Quantity::number("test_accuracy"),
                expectation: Expectation::Same { delta: 0.01 },
            },
            Comparison {
                on: DIGITS,
                first: COSINE.with(&[("input_spread", "1")]),
                second: WEIGHT_MLP.with(&[("data_start", "yes"), ("input_spread", "1")]),
                quantity: Quantity::number("test_accuracy"),
                expectation: Expectation::Same { delta: 0.01 },
            },
        ],
        rule: Rule::All,
        core_minutes: 1.5,
    }),
    differs: "angles between gradients are not compared",
};
