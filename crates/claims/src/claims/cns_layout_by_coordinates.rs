//! The simulator lays cells out by real-valued coordinates.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "Q23",
    source: "stackexchange12956",
    statement: "The Cortical Network Simulator, which the answer refers to, places cells by real-valued \
        coordinates and computes the same net as direct code.",
    takes: "the engine and direct code on the same image, and centres of cells against those of what they \
        see",
    evidence: Evidence::Probe {
        probe: "hmax-engine",
        expects: &[
            Expect {
                value: "centres",
                about: "largest difference of centres, pixels",
                within: Within::AtMost(1e-5),
            },
            Expect {
                value: "difference",
                about: "largest difference of outputs",
                within: Within::AtMost(1e-5),
            },
        ],
    },
    differs: "",
};
