//! Batch normalization of the input term speeds up training.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R30",
    source: "laurent2016batch",
    statement: "Batch normalization of the input term alone makes the training loss of a recurrent net fall \
        faster.",
    takes: "two-layer character LSTM, plain and with frame-wise batch norm of the input: the mean logarithm \
        of the training loss",
    evidence: Evidence::Later {
        core_minutes: 30.0,
        missing: "no workload trains a character LSTM yet",
    },
    differs: "characters of a small text instead of words of Penn Treebank and frames of speech",
};
