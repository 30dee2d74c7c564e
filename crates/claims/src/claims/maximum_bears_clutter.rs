//! The maximum bears clutter.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "HM3",
    source: "riesenhuber1999hmax",
    statement: "With another object in the image a unit still recognizes its own more often under maximum \
        pooling than under sum pooling.",
    takes: "twenty targets, each with three distractors beside it one after the other: the share of pictures in which the unit \
        answers more than to every distractor alone, more than ten points apart",
    evidence: Evidence::Probe {
        probe: "hmax-clutter",
        expects: &[Expect {
            value: "share_gained",
            about: "share recognized under the maximum, less that under the mean",
            within: Within::AtLeast(0.1),
        }],
    },
    differs: "smaller images and fewer clips and filters; the mean instead of the sum",
};
