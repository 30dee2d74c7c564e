//! Batch normalization of the input term brings no better generalization.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{BN_RNN, CHARACTERS, LSTM};

pub(crate) static CLAIM: Claim = Claim {
    id: "R31",
    source: "laurent2016batch",
    statement: "What batch normalization of the input term gains in training is not gained on new data: the \
        best validation loss is no lower and the gap to training wider.",
    takes: "the nets of the claim before, trained long: the best validation loss, and its distance from the \
        training loss",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: CHARACTERS,
                first: BN_RNN,
                second: LSTM,
                quantity: Quantity::log_loss("best_valid_loss"),
                // No gain of a hundredth.
                expectation: Expectation::HigherBy { margin: -0.01 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 6.0,
    }),
    differs: "characters of a small text instead of words of Penn Treebank and frames of speech",
};
