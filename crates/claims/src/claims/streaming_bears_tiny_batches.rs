//! Streaming normalization works where batches are tiny.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "SN2",
    source: "liao2016streaming",
    statement: "Streaming normalization learns from a few cases or one at a time as well as from many, \
        where batch normalization fails.",
    takes: "perceptron and convolutional net, batches of 1, 2, 4, 16 and 64 with 64 cases for each update: \
        the share right",
    evidence: Evidence::Later {
        core_minutes: 30.0,
        missing: "several batches for each update are no axis of a workload",
    },
    differs: "digits instead of CIFAR-10",
};
