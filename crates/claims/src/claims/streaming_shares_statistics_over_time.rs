//! One set of statistics over all steps is enough for streaming normalization.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "SN3",
    source: "liao2016streaming",
    statement: "A recurrent net whose steps all feed and use one set of streaming statistics is no worse \
        than one with statistics for each step.",
    takes: "gated recurrence over 64 pixels of the digits: streaming, batch norm for each step and layer \
        norm after the same number of updates",
    evidence: Evidence::Later {
        core_minutes: 8.0,
        missing: "gated units over single pixels are no workload, and a recurrence takes no streaming \
            statistics",
    },
    differs: "digits instead of the memo's tasks",
};
