//! Path scales cost next to nothing.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "PS5",
    source: "neyshabur2015path",
    statement: "The scales of Path-SGD cost about as much as one more case in the batch, less than a tenth \
        of an update.",
    takes: "the time of an update at batches of 100, with and without path scales",
    evidence: Evidence::Later {
        core_minutes: 2.0,
        missing: "no claim reads times of an update",
    },
    differs: "",
};
