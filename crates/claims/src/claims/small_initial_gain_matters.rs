//! A gain of 0.1 at the start makes a recurrent batch norm learn.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "SD2",
    source: "cooijmans2017recurrent",
    statement: "Recurrent batch normalization learns clearly faster from a gain of 0.1 than from 1, with \
        which gradients vanish.",
    takes: "LSTM over 64 pixels of the digits, both gains: the loss after the same number of updates, and \
        the norm of the first gradient",
    evidence: Evidence::Later {
        core_minutes: 5.0,
        missing: "the experiment with the axis `initial_gain` on `digits-lstm-64` is not declared",
    },
    differs: "8 by 8 digits instead of MNIST",
};
