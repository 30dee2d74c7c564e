//! Single cases read by running averages do as well as large batches.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R36",
    source: "amodei2016deep",
    statement: "Single cases read with running averages from training are no more often wrong than large \
        batches read by their own statistics.",
    takes: "the nets of the claim before: the share right one case at a time by running averages, and 100 \
        at a time by batch statistics",
    evidence: Evidence::Later {
        core_minutes: 30.0,
        missing: "no recurrent model has several layers or the clipped ReLU",
    },
    differs: "pixels of digits instead of speech",
};
