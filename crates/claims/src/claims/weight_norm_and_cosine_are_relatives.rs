//! Cosine normalization is weight normalization of inputs of unit length.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "SD4",
    source: "stackexchange12956",
    statement: "On inputs of unit length, weight normalization with lengths fixed at 1 and cosine \
        normalization are the same, in outputs and in training.",
    takes: "both nets from the same seed over 50 plain steps: the largest differences of outputs and of \
        losses",
    evidence: Evidence::Probe {
        probe: "weight-cosine-identity",
        expects: &[
            Expect {
                value: "outputs",
                about: "largest difference of outputs",
                within: Within::AtMost(1e-10),
            },
            Expect {
                value: "losses",
                about: "largest difference of losses over 50 steps",
                within: Within::AtMost(1e-8),
            },
        ],
    },
    differs: "",
};
