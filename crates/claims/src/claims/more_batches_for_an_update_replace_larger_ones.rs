//! Several small batches for each update stand for a large one.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "SN10",
    source: "liao2016streaming",
    statement: "With streaming normalization it hardly matters whether an update sees its cases in one \
        batch or in many small ones; with batch normalization it does.",
    takes: "64 cases for each update in 1, 4 and 16 batches: the spread of accuracy",
    evidence: Evidence::Later {
        core_minutes: 6.0,
        missing: "several batches for each update are no axis of a workload",
    },
    differs: "digits instead of CIFAR-10",
};
