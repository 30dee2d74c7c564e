//! Cosine normalization speeds up convolutional nets.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "CN6",
    source: "luo2018cosine",
    statement: "A convolutional net with cosine normalization needs fewer epochs than a plain one and no \
        more than with batch normalization.",
    takes: "convolutional net on the digits, none, batch and cosine: epochs until 95 %",
    evidence: Evidence::Later {
        core_minutes: 4.0,
        missing: "cosine normalization has no place in the convolutional workload",
    },
    differs: "digits instead of CIFAR and house numbers",
};
