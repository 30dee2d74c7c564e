//! One block used at every step comes close to a stack of blocks.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R27",
    source: "liao2016bridging",
    statement: "A residual net that applies the same block at every step is nearly as often right as one \
        with a block of its own for each, with a fraction of the weights.",
    takes: "residual convolutions on the digits, 8 steps, shared and unshared: the share right, within two \
        points at a quarter of the weights",
    evidence: Evidence::Later {
        core_minutes: 25.0,
        missing: "the model with weights of its own at each step is not built",
    },
    differs: "digits instead of CIFAR-10, 8 channels",
};
