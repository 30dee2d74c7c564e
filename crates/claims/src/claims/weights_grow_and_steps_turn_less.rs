//! Larger weights under normalization turn less at each step.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R12",
    source: "ba2016layer",
    statement: "Under a normalization that ignores the size of weights, the larger they have grown the \
        smaller the angle an update turns them by, as if the rate had fallen.",
    takes: "perceptron on the digits: the rank correlation of a unit's weight norm and the angle of its \
        next step",
    evidence: Evidence::Later {
        core_minutes: 1.0,
        missing: "norms of weight rows and angles of steps are no metric of a cell yet",
    },
    differs: "",
};
