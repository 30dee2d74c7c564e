//! A layer-normalized LSTM does not learn pixels that are one number.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{LAYER, LAYER_OF_LEVELS, LSTM, LSTM_OF_LEVELS, PIXELS};

pub(crate) static CLAIM: Claim = Claim {
    id: "F2",
    source: "ba2016layer",
    statement: "A layer-normalized LSTM learns pixels that come as pairs (p, 1 - p) better than pixels that come as one \
        number; to the plain LSTM it is all the same.",
    takes: "permuted pixels through an LSTM, each as a pair or alone: the training loss at the end",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: PIXELS,
                first: LAYER,
                second: LAYER_OF_LEVELS,
                quantity: Quantity::log_loss("train_loss"),
                expectation: Expectation::Lower { delta: 0.2 },
            },
            Comparison {
                on: PIXELS,
                first: LSTM,
                second: LSTM_OF_LEVELS,
                quantity: Quantity::log_loss("train_loss"),
                expectation: Expectation::Same { delta: 0.5 },
            },
        ],
        rule: Rule::All,
        core_minutes: 22.0,
    }),
    differs: "a finding of our own, which the paper does not speak of",
};
