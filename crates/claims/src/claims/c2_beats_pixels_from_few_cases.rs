//! C2 features beat pixels where there are few and shifted examples.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "HM7",
    source: "serre2007robust",
    statement: "From a few examples in varying positions, a classifier on C2 features is right far more \
        often than the same one on pixels.",
    takes: "digits shifted in a larger frame, 5 to 15 of each class: the share right, ten points apart",
    evidence: Evidence::Later {
        core_minutes: 20.0,
        missing: "no workload puts C2 features of shifted digits beside their pixels",
    },
    differs: "digits instead of photographs",
};
