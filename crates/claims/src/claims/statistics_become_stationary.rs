//! Statistics settle after the first steps of a sequence.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R19",
    source: "cooijmans2017recurrent",
    statement: "Along a sequence, the statistics of each step change at the beginning and then stay where \
        they are.",
    takes: "trained character LSTM: how much stored means and variances change from step to step after the \
        twentieth, against the first five",
    evidence: Evidence::Later {
        core_minutes: 6.0,
        missing: "stored statistics are no metric of a trained cell",
    },
    differs: "a small public text instead of Penn Treebank",
};
