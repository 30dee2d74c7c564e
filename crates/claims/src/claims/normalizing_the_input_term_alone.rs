//! Normalizing the input term helps speed, normalizing both naively does not.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{CHARACTERS_RNN, RNN, RNN_INPUT, RNN_JOINT};

pub(crate) static CLAIM: Claim = Claim {
    id: "SD3",
    source: "laurent2016batch",
    statement: "Batch normalization of the input term makes a recurrent net train faster, and adding it \
        naively to the recurrent term does not.",
    takes: "character recurrence with none, input only and both: training and validation loss",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: CHARACTERS_RNN,
                first: RNN_INPUT,
                second: RNN,
                quantity: Quantity::number("mean_log_train_loss"),
                expectation: Expectation::Lower { delta: 0.02 },
            },
            Comparison {
                on: CHARACTERS_RNN,
                first: RNN_JOINT,
                second: RNN,
                quantity: Quantity::number("mean_log_train_loss"),
                expectation: Expectation::HigherBy { margin: -0.02 },
            },
        ],
        rule: Rule::All,
        core_minutes: 6.0,
    }),
    differs: "characters of a small text instead of words and speech",
};
