//! Larger weights under normalization turn less at each step.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Arm, Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{BATCH_BY_SGD, DIGITS_AT_ONE_RATE};

const LARGE: Arm =
    Arm::of("batch, weights times 4", "batch").with(&[("optimizer", "sgd"), ("weight_scale", "4")]);

pub(crate) static CLAIM: Claim = Claim {
    id: "R12",
    source: "ba2016layer",
    statement: "Under a normalization that ignores the size of weights, the larger they have grown the \
        smaller the angle an update turns them by, as if the rate had fallen.",
    takes: "perceptron with batch normalization on the digits, moved by plain steps at one rate: the angle by which an update turns \
        the first layer's weight vectors in the first pass, from the usual start and from weights four times as long; and how long \
        they are in the last pass and in the first",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: DIGITS_AT_ONE_RATE,
                first: LARGE,
                second: BATCH_BY_SGD,
                quantity: Quantity::log_loss("row_turn_first"),
                // Ln 4: a quarter of the angle at four times the length.
                expectation: Expectation::LowerBy { margin: 1.386 },
            },
            Comparison {
                on: DIGITS_AT_ONE_RATE,
                first: BATCH_BY_SGD,
                second: BATCH_BY_SGD,
                quantity: Quantity::LogLoss { of: "row_norm_last", against: "row_norm_first" },
                expectation: Expectation::Higher { delta: 0.01 },
            },
        ],
        rule: Rule::All,
        core_minutes: 0.5,
    }),
    differs: "weights are made longer at the start, since among units those with large gradients grow",
};
