//! Padding biases frame-wise statistics; masked sequence-wise ones are free of it.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R34",
    source: "laurent2016batch",
    statement: "In batches of sequences of several lengths, padding distorts statistics of single frames, \
        and statistics over all real frames avoid it.",
    takes: "adding task of several lengths, padded with zeros, statistics frame-wise, sequence-wise and \
        sequence-wise masked: the loss, and the error of the statistics",
    evidence: Evidence::Later {
        core_minutes: 30.0,
        missing: "no workload has sequences of several lengths",
    },
    differs: "adding task instead of speech",
};
