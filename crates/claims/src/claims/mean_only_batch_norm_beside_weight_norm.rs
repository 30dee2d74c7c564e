//! Weight normalization with means of the batch generalizes best.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "WN5",
    source: "salimans2016weight",
    statement: "Weight normalization together with a batch normalization that only subtracts means is less \
        often wrong on new cases than either alone.",
    takes: "convolutional net with noise and dropout, five variants: the error on test cases",
    evidence: Evidence::Later {
        core_minutes: 15.0,
        missing: "the convolutional workload has no noise, no dropout and no place for both methods",
    },
    differs: "digits instead of CIFAR-10",
};
