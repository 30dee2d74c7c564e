//! With the right nonlinearities random filters nearly suffice.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "LC2",
    source: "jarrett2009best",
    statement: "Where stages rectify and normalize, filters left at random are nearly as good as trained \
        ones, and without these parts they are much worse.",
    takes: "the best net of the claim before, filters random and trained: the distance of the shares right, \
        below five points",
    evidence: Evidence::Later {
        core_minutes: 8.0,
        missing: "filters that are not trained are no axis of the convolutional workload",
    },
    differs: "digits instead of Caltech 101",
};
