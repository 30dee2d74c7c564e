//! Path scales cost next to nothing.

use crate::claim::{Claim, Evidence, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "PS5",
    source: "neyshabur2015path",
    statement: "The scales of Path-SGD cost about as much as one more case in the batch, less than a tenth \
        of an update.",
    takes: "the time of an update at batches of 100, with and without path scales",
    evidence: Evidence::Timed {
        ratio: "path-sgd-over-plain-update",
        about: "time of an update of a batch of 100 by Path-SGD over that by a plain step",
        within: Within::AtMost(1.1),
    },
    differs: "",
};
