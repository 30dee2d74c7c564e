//! Weight normalization is of use in recurrent nets.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{CHARACTERS, LSTM, WEIGHT};

pub(crate) static CLAIM: Claim = Claim {
    id: "WN7",
    source: "salimans2016weight",
    statement: "In a recurrent net weight normalization does no harm, and at high rates it helps.",
    takes: "character LSTM, plain and weight norm, at each rate: the loss after the same number of updates",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: CHARACTERS,
                first: WEIGHT,
                second: LSTM,
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::LowerBy { margin: -0.02 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 6.0,
    }),
    differs: "characters instead of a variational model of images",
};
