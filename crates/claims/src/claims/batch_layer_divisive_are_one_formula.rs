//! Batch, layer and divisive normalization are one formula.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "NN1",
    source: "ren2017normalizing",
    statement: "Batch, layer and divisive normalization are one formula with different windows of summation \
        and suppression and a constant under the root.",
    takes: "the one formula, its windows set for each method, against that method",
    evidence: Evidence::Probe {
        probe: "divisive-identities",
        expects: &[
            Expect {
                value: "batch",
                about: "largest difference from batch norm",
                within: Within::AtMost(1e-5),
            },
            Expect {
                value: "layer",
                about: "largest difference from layer norm",
                within: Within::AtMost(1e-5),
            },
            Expect {
                value: "divisive",
                about: "largest difference from divisive norm",
                within: Within::AtMost(1e-5),
            },
        ],
    },
    differs: "the identities alone; whether the constant helps in training is not judged",
};
