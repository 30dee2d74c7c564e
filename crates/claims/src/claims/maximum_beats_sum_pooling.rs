//! Pooling by the maximum bears more than pooling by the sum.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "HM2",
    source: "riesenhuber1999hmax",
    statement: "With the maximum over positions and scales a view-tuned unit bears wider changes of its \
        view than with their sum, above all of scale.",
    takes: "the paperclips of the claim before with either pooling: the differences of the ranges",
    evidence: Evidence::Probe {
        probe: "hmax-pooling",
        expects: &[
            Expect {
                value: "rotation_degrees",
                about: "range of rotation, maximum less mean, degrees",
                within: Within::AtLeast(1.0),
            },
            Expect {
                value: "scale_octaves",
                about: "range of scale, maximum less mean, octaves",
                within: Within::AtLeast(0.25),
            },
            Expect {
                value: "shift_clips",
                about: "range of shift, maximum less mean, widths of a clip",
                within: Within::AtLeast(0.02),
            },
            Expect {
                value: "scale_lead",
                about: "share of the range lost for scale, less the larger of the others'",
                within: Within::AtLeast(0.0),
            },
        ],
    },
    differs: "smaller images and fewer clips and filters; the mean instead of the sum",
};
