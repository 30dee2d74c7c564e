//! The second term of recurrent path scales is negligible.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "PR1",
    source: "neyshabur2016path",
    statement: "In recurrent nets the part of the path scale that comes from a weight used twice on a path \
        is far smaller than the rest, and shrinks with the square of the number of units.",
    takes: "ReLU recurrence of 10 to 100 units over 10 to 40 steps: the ratio of both parts",
    evidence: Evidence::Probe {
        probe: "path-kappa2",
        expects: &[
            Expect {
                value: "ratio_100",
                about: "largest ratio at 100 units",
                within: Within::AtMost(1e-2),
            },
            Expect {
                value: "scaling",
                about: "largest factor between the ratio and 2 T / H²",
                within: Within::AtMost(3.0),
            },
        ],
    },
    differs: "judged at the start of training alone, where recurrent weights are drawn with variance 1/H",
};
