//! Layer normalization does not work well in convolutional nets.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "Q12",
    source: "stackexchange12956",
    statement: "In convolutional nets layer normalization does not work well, over all of a case as well as \
        over the channels of each position.",
    takes: "convolutional net on a task that does not saturate, none, batch, and layer norm in two ways: \
        the share right",
    evidence: Evidence::Later {
        core_minutes: 60.0,
        missing: "the only convolutional workload is on digits, where every method is nearly always right",
    },
    differs: "clothes of 28 by 28 pixels instead of photographs",
};
