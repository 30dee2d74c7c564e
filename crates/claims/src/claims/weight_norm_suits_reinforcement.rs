//! Weight normalization suits learning that noise disturbs.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "WN10",
    source: "salimans2016weight",
    statement: "In reinforcement learning weight normalization does no worse than plain weights, while the \
        noise of batch statistics does harm.",
    takes: "small value network on a grid or pole task, plain, batch and weight: the return after the same \
        number of steps",
    evidence: Evidence::Later {
        core_minutes: 60.0,
        missing: "no workload learns by reinforcement",
    },
    differs: "a grid or pole task instead of Atari games",
};
