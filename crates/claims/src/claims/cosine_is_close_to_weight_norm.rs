//! Cosine and weight normalization are very similar.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "Q20",
    source: "stackexchange12956",
    statement: "Cosine normalization is very similar to weight normalization.",
    takes: "both as the lengths of inputs spread more and more: the angle between their gradients, and the \
        share right, equivalent",
    evidence: Evidence::Later {
        core_minutes: 3.0,
        missing: "the spread of input lengths is no axis of a workload",
    },
    differs: "",
};
