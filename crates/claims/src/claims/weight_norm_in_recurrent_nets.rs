//! Weight normalization is of use in recurrent nets.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "WN7",
    source: "salimans2016weight",
    statement: "In a recurrent net weight normalization does no harm, and at high rates it helps.",
    takes: "character LSTM, plain and weight norm, at each rate: the loss after the same number of updates",
    evidence: Evidence::Later {
        core_minutes: 30.0,
        missing: "no workload trains a character LSTM yet",
    },
    differs: "characters instead of a variational model of images",
};
