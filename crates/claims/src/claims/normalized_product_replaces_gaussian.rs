//! The normalized dot product can take the place of Gaussian tuning.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "HM5",
    source: "kouh2008canonical",
    statement: "Features tuned by the normalized dot product classify about as well as features tuned by a \
        Gaussian.",
    takes: "C2 features with either under a linear classifier: the share right, within three points",
    evidence: Evidence::Later {
        core_minutes: 2.0,
        missing: "the experiment on `paperclips-hmax` is not declared",
    },
    differs: "paperclips instead of the paper's single cells",
};
