//! A high initial gain hurts where the loss comes at the end, and only there.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{CHARACTERS, PIXELS, RECURRENT_BATCH, RECURRENT_BATCH_AT_ONE};

pub(crate) static CLAIM: Claim = Claim {
    id: "R17",
    source: "cooijmans2017recurrent",
    statement: "The higher the initial gain, the slower the learning of a task judged at the last step; \
        where every step is judged, all gains end alike.",
    takes: "gains 0.1, 0.3, 0.5, 0.7 and 1 on permuted pixels and on characters: the loss after the same \
        number of updates",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: PIXELS,
                first: RECURRENT_BATCH,
                second: RECURRENT_BATCH_AT_ONE,
                quantity: Quantity::log_loss("train_loss"),
                expectation: Expectation::Lower { delta: 0.2 },
            },
            Comparison {
                on: CHARACTERS,
                first: RECURRENT_BATCH,
                second: RECURRENT_BATCH_AT_ONE,
                quantity: Quantity::log_loss("train_loss"),
                expectation: Expectation::Same { delta: 0.02 },
            },
        ],
        rule: Rule::All,
        core_minutes: 20.0,
    }),
    differs: "64 pixels instead of 784, a small public text instead of Penn Treebank",
};
