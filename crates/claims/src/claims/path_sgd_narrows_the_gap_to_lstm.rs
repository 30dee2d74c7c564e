//! Path-SGD brings a ReLU recurrence closer to an LSTM.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "PR5",
    source: "neyshabur2016path",
    statement: "Path-SGD closes much of the distance between a plain ReLU recurrence and an LSTM.",
    takes: "character model: bits for each character of the recurrence by plain steps, by Path-SGD, and of \
        an LSTM",
    evidence: Evidence::Later {
        core_minutes: 60.0,
        missing: "no comparison is of two differences, here of both recurrences to the LSTM",
    },
    differs: "a small text instead of Penn Treebank",
};
