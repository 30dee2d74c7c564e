//! A gain of 0.1 at the start makes a recurrent batch norm learn.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{PIXELS, RECURRENT_BATCH, RECURRENT_BATCH_AT_ONE};

pub(crate) static CLAIM: Claim = Claim {
    id: "SD2",
    source: "cooijmans2017recurrent",
    statement: "Recurrent batch normalization learns clearly faster from a gain of 0.1 than from 1, with \
        which gradients vanish.",
    takes: "LSTM over 64 pixels of the digits, both gains: the loss after the same number of updates, and \
        the norm of the first gradient",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: PIXELS,
                first: RECURRENT_BATCH,
                second: RECURRENT_BATCH_AT_ONE,
                quantity: Quantity::log_loss("train_loss"),
                expectation: Expectation::Lower { delta: 0.2 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 12.0,
    }),
    differs: "8 by 8 digits instead of MNIST",
};
