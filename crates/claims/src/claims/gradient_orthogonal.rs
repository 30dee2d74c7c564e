//! The gradient is orthogonal to the direction that does not matter.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "R5",
    source: "ba2016layer",
    statement: "Where a method ignores the size of weights, their gradient has no component along them: for \
        each unit under batch normalization, for the matrix as a whole under layer normalization.",
    takes: "one layer before training: the cosine of weights and gradient",
    evidence: Evidence::Probe {
        probe: "gradient-orthogonality",
        expects: &[
            Expect {
                value: "batch_row",
                about: "largest cosine of a unit's weights and their gradient, batch norm",
                within: Within::AtMost(1e-6),
            },
            Expect {
                value: "layer_matrix",
                about: "cosine of the whole matrix and its gradient, layer norm",
                within: Within::AtMost(1e-6),
            },
        ],
    },
    differs: "",
};
