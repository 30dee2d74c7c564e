//! Separate statistics of each step work best.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "Q6",
    source: "stackexchange12956",
    statement: "In recurrent batch normalization it works best to keep statistics for each time step apart.",
    takes: "LSTM over permuted pixels, statistics for each step and over the sequence, judged in evaluation \
        mode since both train alike",
    evidence: Evidence::Later {
        core_minutes: 5.0,
        missing: "the experiment with the axis `statistics` on `digits-lstm-64` is not declared",
    },
    differs: "digits instead of the answer's general statement",
};
