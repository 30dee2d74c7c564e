//! Weight and frozen batch normalization are linear layers, others are not.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "IV2",
    source: "ba2016layer",
    statement: "Weight normalization and batch normalization by stored statistics are plain linear layers \
        in other parameters; layer normalization, cosine and the normalized dot product are not.",
    takes: "the best linear layer for each method's map, fitted on random inputs: what is left on new ones",
    evidence: Evidence::Probe {
        probe: "reparametrization-residual",
        expects: &[
            Expect {
                value: "weight",
                about: "residual of weight norm",
                within: Within::AtMost(1e-6),
            },
            Expect {
                value: "frozen_batch",
                about: "residual of batch norm by stored statistics",
                within: Within::AtMost(1e-6),
            },
            Expect {
                value: "layer",
                about: "residual of layer norm",
                within: Within::AtLeast(1e-2),
            },
            Expect {
                value: "cosine",
                about: "residual of cosine norm",
                within: Within::AtLeast(1e-2),
            },
            Expect {
                value: "ndp",
                about: "residual of the normalized dot product",
                within: Within::AtLeast(1e-2),
            },
        ],
    },
    differs: "",
};
