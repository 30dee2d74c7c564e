//! Layer normalization starts well at a gain of 1.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{LAYER, LAYER_AT_A_TENTH, PIXELS};

pub(crate) static CLAIM: Claim = Claim {
    id: "R9",
    source: "ba2016layer",
    statement: "For an LSTM with layer normalization a gain that starts at 1 is no worse than one that \
        starts at 0.1, unlike with recurrent batch normalization.",
    takes: "LSTM over the digits' pixels, layer and recurrent batch, gains 1 and 0.1: the validation loss \
        after the same number of updates",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: PIXELS,
                first: LAYER,
                second: LAYER_AT_A_TENTH,
                quantity: Quantity::log_loss("valid_loss"),
                expectation: Expectation::LowerBy { margin: -0.2 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 10.0,
    }),
    differs: "digits instead of question answering",
};
