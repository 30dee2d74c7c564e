//! Streaming normalization is as good as layer normalization in recurrent nets.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{CHARACTERS, CHARACTERS_RNN, LAYER, RNN_LAYER, STREAMING_CELL, STREAMING_RNN};

pub(crate) static CLAIM: Claim = Claim {
    id: "SN4",
    source: "liao2016streaming",
    statement: "In fully connected recurrent nets streaming normalization is as good as layer normalization \
        or better.",
    takes: "character LSTM and simple recurrence: the test loss by what streaming has stored against that of layer \
        normalization",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: CHARACTERS,
                first: STREAMING_CELL,
                second: LAYER,
                quantity: Quantity::LogLoss { of: "test_loss_running", against: "test_loss" },
                // Not higher by two hundredths.
                expectation: Expectation::LowerBy { margin: -0.02 },
            },
            Comparison {
                on: CHARACTERS_RNN,
                first: STREAMING_RNN,
                second: RNN_LAYER,
                quantity: Quantity::LogLoss { of: "test_loss_running", against: "test_loss" },
                expectation: Expectation::LowerBy { margin: -0.02 },
            },
        ],
        rule: Rule::All,
        core_minutes: 8.0,
    }),
    differs: "a small text instead of the memo's tasks",
};
