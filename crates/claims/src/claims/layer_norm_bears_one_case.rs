//! Layer normalization learns from one case at a time.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{DIGITS_BY_64_FOR_AN_UPDATE, LAYER_BY_ONES, STREAMING_MOMENTS_BY_ONES};

pub(crate) static CLAIM: Claim = Claim {
    id: "F6",
    source: "stackexchange12956",
    statement: "With one case at a time layer normalization ends with no higher test loss than streaming normalization of \
        moments.",
    takes: "a perceptron on single digits, 64 of them for an update: the test loss at the end",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[Comparison {
            on: DIGITS_BY_64_FOR_AN_UPDATE,
            first: LAYER_BY_ONES,
            second: STREAMING_MOMENTS_BY_ONES,
            quantity: Quantity::log_loss("test_loss"),
            // A tenth more at most.
            expectation: Expectation::LowerBy { margin: -0.1 },
        }],
        rule: Rule::Primary,
        core_minutes: 3.0,
    }),
    differs: "",
};
