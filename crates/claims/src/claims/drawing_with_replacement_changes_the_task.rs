//! Pixels drawn with replacement are another task than permuted ones.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{LSTM, LSTM_OF_DRAWN_PIXELS, PIXELS, RECURRENT_BATCH, RECURRENT_BATCH_OF_DRAWN_PIXELS};

pub(crate) static CLAIM: Claim = Claim {
    id: "R26",
    source: "cooijmans2017recurrent",
    statement: "The released program draws its pixel order with replacement, so that pixels are lost; this \
        moves the accuracy of every method but not their order.",
    takes: "LSTM over the digits, pixels permuted and drawn with replacement, plain and recurrent batch: \
        the share right",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: PIXELS,
                first: RECURRENT_BATCH_OF_DRAWN_PIXELS,
                second: RECURRENT_BATCH,
                quantity: Quantity::number("test_accuracy"),
                // One point.
                expectation: Expectation::Lower { delta: 0.01 },
            },
            Comparison {
                on: PIXELS,
                first: LSTM_OF_DRAWN_PIXELS,
                second: LSTM,
                quantity: Quantity::number("test_accuracy"),
                expectation: Expectation::Lower { delta: 0.01 },
            },
            Comparison {
                on: PIXELS,
                first: RECURRENT_BATCH,
                second: LSTM,
                quantity: Quantity::number("test_accuracy"),
                expectation: Expectation::Higher { delta: 0.01 },
            },
            Comparison {
                on: PIXELS,
                first: RECURRENT_BATCH_OF_DRAWN_PIXELS,
                second: LSTM_OF_DRAWN_PIXELS,
                quantity: Quantity::number("test_accuracy"),
                expectation: Expectation::Higher { delta: 0.01 },
            },
        ],
        rule: Rule::All,
        core_minutes: 24.0,
    }),
    differs: "8 by 8 digits instead of MNIST",
};
