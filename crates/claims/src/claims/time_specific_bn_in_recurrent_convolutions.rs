//! Batch normalization for each time step came with recurrent convolutional nets too.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "Q14",
    source: "stackexchange12956",
    statement: "Recurrent convolutional nets, where batch normalization for each time step was proposed at \
        the same time, gain from it against statistics shared over steps.",
    takes: "shared residual convolutions on the digits in three modes: the share right in evaluation mode",
    evidence: Evidence::Later {
        core_minutes: 14.0,
        missing: "the experiment on `digits-shared-conv` is not declared",
    },
    differs: "digits instead of CIFAR-10, 3 steps of 8 channels",
};
