//! The initial gain makes a difference to where training ends.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "Q7",
    source: "stackexchange12956",
    statement: "A gain that starts at 0.1 rather than 1 makes a large difference to the final result of \
        recurrent batch normalization.",
    takes: "the loss at the full budget, on a task judged at its end and on one judged at every step, where \
        the difference is said to vanish",
    evidence: Evidence::Later {
        core_minutes: 35.0,
        missing: "no workload with a loss at every step trains a character LSTM yet",
    },
    differs: "small tasks; final loss and speed are told apart",
};
