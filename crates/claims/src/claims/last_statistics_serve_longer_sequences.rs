//! The statistics of the last step serve all later ones.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R20",
    source: "cooijmans2017recurrent",
    statement: "Sequences much longer than those of training can be read with the statistics of the last \
        trained step, and the loss for each character does not rise with their length.",
    takes: "character LSTM trained at 50 steps, read at 50 to 500: bits for each character by stored and by \
        batch statistics",
    evidence: Evidence::Later {
        core_minutes: 15.0,
        missing: "no workload trains a character LSTM, and none evaluates at several lengths",
    },
    differs: "50 steps instead of 100",
};
