//! One pass with squared weights sums over all paths.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "PS6",
    source: "neyshabur2015path",
    statement: "The path norm, a sum over every path through the net, is what a single pass of ones through \
        squared weights returns.",
    takes: "a net of 3, 3 and 2 units: that pass against all paths one by one",
    evidence: Evidence::Probe {
        probe: "path-norm",
        expects: &[
            Expect {
                value: "difference",
                about: "relative difference of both",
                within: Within::AtMost(1e-10),
            },
        ],
    },
    differs: "",
};
