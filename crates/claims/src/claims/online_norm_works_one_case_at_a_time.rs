//! Online normalization trains one case at a time, and recurrent nets too.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R40",
    source: "chiley2019online",
    statement: "Online normalization trains with single cases, and in recurrent nets it does no worse than \
        layer normalization.",
    takes: "perceptron at batch 1, tanh character net: the share right, bits for each character",
    evidence: Evidence::Later {
        core_minutes: 45.0,
        missing: "no recurrent cell has a place for online normalization",
    },
    differs: "digits and a small text instead of ImageNet and Penn Treebank",
};
