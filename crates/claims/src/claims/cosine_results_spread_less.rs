//! Cosine normalization gives the steadiest results.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{BATCH, COSINE, DIGITS, LAYER_MLP, WEIGHT_MLP};

pub(crate) static CLAIM: Claim = Claim {
    id: "CN4",
    source: "luo2018cosine",
    statement: "Results with cosine normalization differ less from seed to seed and from epoch to epoch \
        than with other normalizations.",
    takes: "the nets of the claim before: the deviation of the share right over seeds, by the test of Pitman and Morgan, and over the last ten passes",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: DIGITS,
                first: COSINE,
                second: BATCH,
                quantity: Quantity::Spread { metric: "test_accuracy" },
                expectation: Expectation::Lower { delta: 0.1 },
            },
            Comparison {
                on: DIGITS,
                first: COSINE,
                second: WEIGHT_MLP,
                quantity: Quantity::Spread { metric: "test_accuracy" },
                expectation: Expectation::Lower { delta: 0.1 },
            },
            Comparison {
                on: DIGITS,
                first: COSINE,
                second: LAYER_MLP,
                quantity: Quantity::Spread { metric: "test_accuracy" },
                expectation: Expectation::Lower { delta: 0.1 },
            },
            Comparison {
                on: DIGITS,
                first: COSINE,
                second: BATCH,
                quantity: Quantity::number("valid_accuracy_wander"),
                expectation: Expectation::Lower { delta: 0.0002 },
            },
            Comparison {
                on: DIGITS,
                first: COSINE,
                second: WEIGHT_MLP,
                quantity: Quantity::number("valid_accuracy_wander"),
                expectation: Expectation::Lower { delta: 0.0002 },
            },
            Comparison {
                on: DIGITS,
                first: COSINE,
                second: LAYER_MLP,
                quantity: Quantity::number("valid_accuracy_wander"),
                expectation: Expectation::Lower { delta: 0.0002 },
            },
        ],
        rule: Rule::All,
        core_minutes: 2.0,
    }),
    differs: "digits instead of MNIST and news groups",
};
