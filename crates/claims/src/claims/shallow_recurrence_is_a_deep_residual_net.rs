//! A recurrence is a deep residual net with tied weights.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "R29",
    source: "liao2016bridging",
    statement: "A shallow recurrent net unrolled in time and a deep residual net whose layers all share one \
        set of weights compute the same function.",
    takes: "one block applied in a loop and written out as layers, on the same inputs",
    evidence: Evidence::Probe {
        probe: "weight-tied-residual",
        expects: &[
            Expect {
                value: "difference",
                about: "largest difference of both",
                within: Within::AtMost(0.0),
            },
        ],
    },
    differs: "",
};
