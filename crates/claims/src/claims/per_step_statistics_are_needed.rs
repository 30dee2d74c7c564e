//! Statistics pooled over time are clearly worse than those of each step.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R18",
    source: "cooijmans2017recurrent",
    statement: "Stored statistics kept apart for each time step are needed: pooled over time they give a \
        clearly higher loss, most of it from the first steps.",
    takes: "one trained LSTM evaluated by statistics of each step and pooled, and one trained with pooled \
        ones: the test loss",
    evidence: Evidence::Later {
        core_minutes: 8.0,
        missing: "stored per-step statistics of a trained net cannot be pooled at evaluation yet",
    },
    differs: "64 pixels of the digits instead of MNIST and Penn Treebank",
};
