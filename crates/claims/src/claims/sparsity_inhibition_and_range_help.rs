//! Sparse features, inhibition and limited range each help.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "HM8",
    source: "mutch2008object",
    statement: "Adding sparse prototypes, inhibition of weak cells and limited ranges of position one after \
        another never harms and together helps.",
    takes: "four variants, each with one more, on paperclips or digits: the share right, the last three \
        points above the first",
    evidence: Evidence::Later {
        core_minutes: 30.0,
        missing: "the variants are no axis of a workload",
    },
    differs: "paperclips or digits instead of Caltech 101",
};
