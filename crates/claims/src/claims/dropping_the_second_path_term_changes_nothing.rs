//! Training without the second term is the same.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "PR2",
    source: "neyshabur2016path",
    statement: "Leaving out the negligible part of the path scale does not change the course of training.",
    takes: "character recurrence of 50 units with exact and with shortened scales: the losses within one \
        per cent",
    evidence: Evidence::Later {
        core_minutes: 60.0,
        missing: "no recurrence is trained by Path-SGD, and exact path scales are built for tests alone",
    },
    differs: "a small text instead of Penn Treebank",
};
