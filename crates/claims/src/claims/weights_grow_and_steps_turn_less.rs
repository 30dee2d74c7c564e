//! Larger weights under normalization turn less at each step.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{BATCH_BY_SGD, DIGITS_BY_SGD};

pub(crate) static CLAIM: Claim = Claim {
    id: "R12",
    source: "ba2016layer",
    statement: "Under a normalization that ignores the size of weights, the larger they have grown the \
        smaller the angle an update turns them by, as if the rate had fallen.",
    takes: "perceptron with batch normalization on the digits, moved by plain steps: the angle by which an update turns the longer and the shorter half of the first layer's weight vectors, and their length in the last pass and in the first",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: DIGITS_BY_SGD,
                first: BATCH_BY_SGD,
                second: BATCH_BY_SGD,
                quantity: Quantity::LogLoss { of: "turn_of_longer_rows", against: "turn_of_shorter_rows" },
                expectation: Expectation::Lower { delta: 0.05 },
            },
            Comparison {
                on: DIGITS_BY_SGD,
                first: BATCH_BY_SGD,
                second: BATCH_BY_SGD,
                quantity: Quantity::LogLoss { of: "row_norm_last", against: "row_norm_first" },
                expectation: Expectation::Higher { delta: 0.01 },
            },
        ],
        rule: Rule::All,
        core_minutes: 0.5,
    }),
    differs: "halves instead of a rank correlation; lengths differ from the start on too, not by growth alone",
};
