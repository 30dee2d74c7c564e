//! The maximum bears clutter.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "HM3",
    source: "riesenhuber1999hmax",
    statement: "With another object in the image a unit still recognizes its own more often under maximum \
        pooling than under sum pooling.",
    takes: "target and one distractor in an image: the share of targets that are recognized, more than ten \
        points apart",
    evidence: Evidence::Later {
        core_minutes: 5.0,
        missing: "the share of recognized targets with a distractor beside them is no value of a probe yet",
    },
    differs: "smaller images and fewer clips and filters",
};
