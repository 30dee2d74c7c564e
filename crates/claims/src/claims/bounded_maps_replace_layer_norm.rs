//! A pointwise squashing function stands in for layer normalization.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R41",
    source: "chen2025stronger",
    statement: "A learned pointwise squashing function in place of layer normalization loses nothing, and \
        the error function does at least as well as the hyperbolic tangent.",
    takes: "residual perceptron or small attention model with layer norm, dynamic tanh and Derf: the \
        validation loss within two per cent",
    evidence: Evidence::Later {
        core_minutes: 10.0,
        missing: "no model with residual layers or attention is built",
    },
    differs: "a small model instead of vision and language transformers",
};
