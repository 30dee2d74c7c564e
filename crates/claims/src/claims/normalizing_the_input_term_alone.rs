//! Normalizing the input term helps speed, normalizing both naively does not.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "SD3",
    source: "laurent2016batch",
    statement: "Batch normalization of the input term makes a recurrent net train faster, and adding it \
        naively to the recurrent term does not.",
    takes: "character recurrence with none, input only and both: training and validation loss",
    evidence: Evidence::Later {
        core_minutes: 40.0,
        missing: "no workload trains on characters yet",
    },
    differs: "characters of a small text instead of words and speech",
};
