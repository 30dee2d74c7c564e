//! Streaming statistics serve lengths that training has not seen.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "SN9",
    source: "liao2016streaming",
    statement: "With one set of statistics for all steps a net reads longer sequences than it was trained \
        on with less loss than one that repeats its last step's statistics.",
    takes: "trained at 32 steps, tested at 64, streaming and batch norm for each step: the drop of accuracy",
    evidence: Evidence::Later {
        core_minutes: 10.0,
        missing: "a recurrence takes no streaming statistics",
    },
    differs: "digits instead of the memo's tasks",
};
