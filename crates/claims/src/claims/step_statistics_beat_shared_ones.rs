//! Statistics for each step beat shared ones at evaluation.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "SD1",
    source: "cooijmans2017recurrent",
    statement: "An LSTM with batch normalization that keeps running averages for each step is right more \
        often at evaluation than one that shares them over steps.",
    takes: "LSTM over 64 pixels of the digits with either, read by running averages: the share right, a \
        point apart",
    evidence: Evidence::Later {
        core_minutes: 5.0,
        missing: "the experiment with the axis `statistics` on `digits-lstm-64` is not declared",
    },
    differs: "8 by 8 digits instead of MNIST",
};
