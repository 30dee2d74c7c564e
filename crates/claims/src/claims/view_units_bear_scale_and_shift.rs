//! A view-tuned unit is tuned to the angle and bears scale and position.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "HM1",
    source: "riesenhuber1999hmax",
    statement: "A unit tuned to one view of a bent wire prefers it to all other wires over some tens of \
        degrees of rotation, and over a wide range of sizes and positions.",
    takes: "drawn paperclips, targets and distractors: the ranges of angle, scale and shift in which the \
        unit's response exceeds that to every distractor",
    evidence: Evidence::Probe {
        probe: "hmax-tuning",
        expects: &[
            Expect {
                value: "rotation_degrees",
                about: "range of rotation to one side, degrees",
                within: Within::Between(15.0, 45.0),
            },
            Expect {
                value: "scale_octaves",
                about: "range of scale, octaves",
                within: Within::AtLeast(2.0),
            },
            Expect {
                value: "shift_clips",
                about: "largest shift, widths of a clip",
                within: Within::AtLeast(0.5),
            },
        ],
    },
    differs: "smaller images and fewer clips and filters",
};
