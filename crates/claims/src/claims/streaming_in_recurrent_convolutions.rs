//! Streaming normalization works in nets that are recurrent and convolutional.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "SN6",
    source: "liao2016streaming",
    statement: "A convolutional net that shares its weights over steps trains with streaming normalization \
        and comes within a point of batch normalization for each step.",
    takes: "shared residual convolutions on the digits: the share right",
    evidence: Evidence::Later {
        core_minutes: 10.0,
        missing: "the shared convolutional net takes no streaming statistics yet",
    },
    differs: "digits instead of CIFAR-10, 3 steps",
};
