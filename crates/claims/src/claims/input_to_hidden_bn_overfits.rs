//! Batch normalization of the input term brings no better generalization.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R31",
    source: "laurent2016batch",
    statement: "What batch normalization of the input term gains in training is not gained on new data: the \
        best validation loss is no lower and the gap to training wider.",
    takes: "the nets of the claim before, trained long: the best validation loss, and its distance from the \
        training loss",
    evidence: Evidence::Later {
        core_minutes: 40.0,
        missing: "no workload trains a character LSTM yet",
    },
    differs: "characters of a small text instead of words of Penn Treebank and frames of speech",
};
