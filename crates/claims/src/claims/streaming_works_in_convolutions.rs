//! Streaming normalization keeps up with batch normalization in convolutional nets.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "SN5",
    source: "liao2016streaming",
    statement: "In convolutional nets streaming normalization matches batch normalization, and layer \
        normalization stays behind both.",
    takes: "convolutional net on the digits, none, layer, batch and streaming: the share right, and epochs \
        until 95 %",
    evidence: Evidence::Later {
        core_minutes: 3.0,
        missing: "the experiment on `digits-conv` is not declared",
    },
    differs: "digits instead of CIFAR-10",
};
