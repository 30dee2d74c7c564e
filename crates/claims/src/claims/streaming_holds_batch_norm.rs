//! Streaming normalization with no memory is batch normalization.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "SN1",
    source: "liao2016streaming",
    statement: "Streaming normalization that forgets everything at each update, in values and gradients, is \
        batch normalization.",
    takes: "one batch through both, outputs and gradients compared",
    evidence: Evidence::Probe {
        probe: "streaming-reductions",
        expects: &[
            Expect {
                value: "values",
                about: "largest difference of outputs",
                within: Within::AtMost(1e-5),
            },
            Expect {
                value: "gradients",
                about: "largest difference of gradients",
                within: Within::AtMost(1e-4),
            },
        ],
    },
    differs: "",
};
