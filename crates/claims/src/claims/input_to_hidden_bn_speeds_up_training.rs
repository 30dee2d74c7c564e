//! Batch normalization of the input term speeds up training.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{BN_RNN, CHARACTERS, LSTM};

pub(crate) static CLAIM: Claim = Claim {
    id: "R30",
    source: "laurent2016batch",
    statement: "Batch normalization of the input term alone makes the training loss of a recurrent net fall \
        faster.",
    takes: "two-layer character LSTM, plain and with frame-wise batch norm of the input: the mean logarithm \
        of the training loss",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: CHARACTERS,
                first: BN_RNN,
                second: LSTM,
                quantity: Quantity::number("mean_log_train_loss"),
                expectation: Expectation::Lower { delta: 0.02 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 6.0,
    }),
    differs: "characters of a small text instead of words of Penn Treebank and frames of speech",
};
