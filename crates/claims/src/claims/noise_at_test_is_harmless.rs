//! Noise left on at evaluation does not matter.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R22",
    source: "cooijmans2017recurrent",
    statement: "Leaving the noise of the first state on at evaluation hardly changes how often the net is \
        right.",
    takes: "one trained LSTM evaluated ten times with noise: the deviation of its share of right answers",
    evidence: Evidence::Later {
        core_minutes: 2.0,
        missing: "evaluation draws no noise, and a cell is not evaluated several times",
    },
    differs: "8 by 8 digits instead of MNIST",
};
