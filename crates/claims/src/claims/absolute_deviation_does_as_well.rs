//! The mean absolute deviation does as well as the root mean square.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "SN7",
    source: "liao2016streaming",
    statement: "Dividing by the mean absolute deviation is as good as dividing by the standard deviation, \
        and no slower.",
    takes: "streaming with exponents 1, 1.5, 2 and 3 on the digits: the share right and the time of a layer",
    evidence: Evidence::Later {
        core_minutes: 3.0,
        missing: "the exponent of streaming statistics is no axis of a workload",
    },
    differs: "digits instead of CIFAR-10",
};
