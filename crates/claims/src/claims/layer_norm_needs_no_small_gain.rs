//! Layer normalization starts well at a gain of 1.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R9",
    source: "ba2016layer",
    statement: "For an LSTM with layer normalization a gain that starts at 1 is no worse than one that \
        starts at 0.1, unlike with recurrent batch normalization.",
    takes: "LSTM over the digits' pixels, layer and recurrent batch, gains 1 and 0.1: the validation loss \
        after the same number of updates",
    evidence: Evidence::Later {
        core_minutes: 8.0,
        missing: "the experiment with the axis `initial_gain` on `digits-lstm-64` is not declared",
    },
    differs: "digits instead of question answering",
};
