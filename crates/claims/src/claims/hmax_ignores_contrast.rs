//! Contrast and its sign do not matter.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "HM4",
    source: "serre2007robust",
    statement: "Multiplying an image by a constant does not change what normalized cells answer, and \
        neither does turning light into dark where cells take absolute values of centred patches.",
    takes: "an image scaled and inverted about its mean: the relative change of S1 and C2",
    evidence: Evidence::Probe {
        probe: "hmax-contrast",
        expects: &[
            Expect {
                value: "s1_scaled",
                about: "change of S1, image scaled",
                within: Within::AtMost(1e-4),
            },
            Expect {
                value: "c2_scaled",
                about: "change of C2, image scaled",
                within: Within::AtMost(1e-4),
            },
            Expect {
                value: "s1_inverted",
                about: "change of S1, image inverted",
                within: Within::AtMost(1e-4),
            },
            Expect {
                value: "c2_inverted",
                about: "change of C2, image inverted",
                within: Within::AtMost(1e-4),
            },
        ],
    },
    differs: "",
};
