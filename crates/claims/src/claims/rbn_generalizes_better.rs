//! Recurrent batch normalization is more often right on new permuted digits.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{LSTM, LSTM_OF_THE_PAPER, PIXELS, RECURRENT_BATCH, RECURRENT_BATCH_OF_THE_PAPER};

pub(crate) static CLAIM: Claim = Claim {
    id: "R16",
    source: "cooijmans2017recurrent",
    statement: "An LSTM with recurrent batch normalization is right on more unseen cases of the permuted \
        task than the plain LSTM, evaluated by stored statistics.",
    takes: "LSTM over permuted pixels of the digits: the share of test cases that is right, more than a \
        point apart",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: PIXELS,
                first: RECURRENT_BATCH,
                second: LSTM,
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Lower { delta: 0.2 },
            },
            Comparison {
                on: PIXELS,
                first: RECURRENT_BATCH_OF_THE_PAPER,
                second: LSTM_OF_THE_PAPER,
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Lower { delta: 0.2 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 22.0,
    }),
    differs: "8 by 8 digits instead of MNIST, 32 units instead of 100",
};
