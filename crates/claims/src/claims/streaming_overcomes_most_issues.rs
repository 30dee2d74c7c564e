//! Streaming normalization overcomes most of what ails the others.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "Q18",
    source: "stackexchange12956",
    statement: "Streaming normalization overcomes most of the difficulties that the other normalizations \
        have.",
    takes: "the verdicts on its claims, difficulty by difficulty; supported where more than half of them are",
    evidence: Evidence::Later {
        core_minutes: 150.0,
        missing: "no evidence counts the verdicts of other claims, and most of those about streaming are \
            open",
    },
    differs: "a count instead of a judgement",
};
