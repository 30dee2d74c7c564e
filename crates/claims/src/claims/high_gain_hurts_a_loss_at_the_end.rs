//! A high initial gain hurts where the loss comes at the end, and only there.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R17",
    source: "cooijmans2017recurrent",
    statement: "The higher the initial gain, the slower the learning of a task judged at the last step; \
        where every step is judged, all gains end alike.",
    takes: "gains 0.1, 0.3, 0.5, 0.7 and 1 on permuted pixels and on characters: the loss after the same \
        number of updates",
    evidence: Evidence::Later {
        core_minutes: 75.0,
        missing: "no workload with a loss at every step trains a character LSTM yet",
    },
    differs: "64 pixels instead of 784, a small public text instead of Penn Treebank",
};
