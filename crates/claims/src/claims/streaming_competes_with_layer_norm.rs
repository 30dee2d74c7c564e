//! Streaming normalization is as good as layer normalization in recurrent nets.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "SN4",
    source: "liao2016streaming",
    statement: "In fully connected recurrent nets streaming normalization is as good as layer normalization \
        or better.",
    takes: "gated recurrence over pixels and over characters: accuracy and bits for each character",
    evidence: Evidence::Later {
        core_minutes: 40.0,
        missing: "a recurrence takes no streaming statistics",
    },
    differs: "digits and a small text instead of the memo's tasks",
};
