//! A cosine is never larger than 1.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "CN1",
    source: "luo2018cosine",
    statement: "However large inputs and weights are, a unit with cosine normalization stays between -1 and \
        1 before its nonlinearity.",
    takes: "inputs of very different sizes, some parallel to a weight: the largest absolute pre-activation",
    evidence: Evidence::Probe {
        probe: "cosine-bounds",
        expects: &[
            Expect {
                value: "largest",
                about: "largest absolute pre-activation",
                within: Within::AtMost(1.000_001),
            },
        ],
    },
    differs: "",
};
