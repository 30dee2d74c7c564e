//! Where weights are shared over steps, statistics must not be.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R28",
    source: "liao2016bridging",
    statement: "When one block serves all steps, batch normalization with statistics of its own for each \
        step is more often right at evaluation than with shared ones.",
    takes: "shared residual convolutions on the digits, all shared, statistics for each step, statistics \
        and affine part for each step: the share right in evaluation mode",
    evidence: Evidence::Later {
        core_minutes: 14.0,
        missing: "the experiment on `digits-shared-conv` is not declared",
    },
    differs: "digits instead of CIFAR-10, 3 steps of 8 channels",
};
