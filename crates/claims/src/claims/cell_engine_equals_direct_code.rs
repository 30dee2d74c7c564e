//! Cells with positions and one kernel each are the same net.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "HM9",
    source: "mutch2010cns",
    statement: "A net described as cells at real-valued positions, each computed by one kernel, gives what \
        convolution and pooling written out give.",
    takes: "the engine and direct code on the same image",
    evidence: Evidence::Probe {
        probe: "hmax-engine",
        expects: &[
            Expect {
                value: "difference",
                about: "largest difference of both",
                within: Within::AtMost(1e-5),
            },
        ],
    },
    differs: "",
};
