//! Normalizing the cell alone speeds up as well.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{CHARACTERS, LAYER, LAYER_OF_THE_CELL, LSTM};

pub(crate) static CLAIM: Claim = Claim {
    id: "R10",
    source: "ba2016layer",
    statement: "Layer normalization of nothing but an LSTM's cell, before the output gate, already makes \
        training faster.",
    takes: "character LSTM: the mean logarithm of the training loss with nothing, the cell alone and \
        everything normalized",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: CHARACTERS,
                first: LAYER_OF_THE_CELL,
                second: LSTM,
                quantity: Quantity::number("mean_log_train_loss"),
                expectation: Expectation::Lower { delta: 0.02 },
            },
            Comparison {
                on: CHARACTERS,
                first: LAYER,
                second: LAYER_OF_THE_CELL,
                quantity: Quantity::number("mean_log_train_loss"),
                expectation: Expectation::Lower { delta: 0.02 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 12.0,
    }),
    differs: "characters instead of drawing digits by attention",
};
