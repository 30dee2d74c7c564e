//! The learned length of the weights can be left out.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "WN9",
    source: "stackexchange12956",
    statement: "Weight normalization does as well with the length of each weight vector fixed as with it \
        learned.",
    takes: "perceptron on the digits, lengths learned and fixed: the share right, within a point",
    evidence: Evidence::Later {
        core_minutes: 1.0,
        missing: "the experiment with the axis `gain` on `digits-mlp` is not declared",
    },
    differs: "",
};
