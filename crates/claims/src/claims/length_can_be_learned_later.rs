//! Later layers can learn what fixed lengths leave out.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "Q19",
    source: "stackexchange12956",
    statement: "The learned length in weight normalization is not essential, since later layers can make up \
        for it.",
    takes: "lengths learned, fixed, and fixed save in the last layer, with ReLU and tanh: the share right, \
        equivalent; with all fixed, nothing later can learn them",
    evidence: Evidence::Later {
        core_minutes: 2.0,
        missing: "the experiment with the axes `gain` and `nonlinearity` on `digits-mlp` is not declared",
    },
    differs: "",
};
