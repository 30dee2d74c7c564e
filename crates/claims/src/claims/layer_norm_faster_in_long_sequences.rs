//! Layer normalization speeds up recurrent nets on long sequences in small batches.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R8",
    source: "ba2016layer",
    statement: "On long sequences in batches of 8, a recurrent net with layer normalization reaches the \
        same loss in fewer updates than the plain one.",
    takes: "LSTM over 64 pixels of the digits in batches of 8: updates until the target, plain and layer",
    evidence: Evidence::Later {
        core_minutes: 15.0,
        missing: "the experiment on `digits-lstm-64` in batches of 8 is not declared",
    },
    differs: "64 pixels instead of 700 pen strokes, one small LSTM instead of three large ones",
};
