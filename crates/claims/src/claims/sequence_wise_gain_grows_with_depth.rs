//! Sequence-wise batch normalization helps deep recurrent nets more.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R35",
    source: "amodei2016deep",
    statement: "What sequence-wise batch normalization gains grows with the number of recurrent layers, and \
        with one layer it may lose.",
    takes: "clipped-ReLU recurrence of 1, 2 and 4 layers with as many weights, over the digits' pixels: \
        batch norm minus plain",
    evidence: Evidence::Later {
        core_minutes: 30.0,
        missing: "no workload has the clipped ReLU, and no comparison is of two differences",
    },
    differs: "pixels of digits instead of speech, one direction instead of two",
};
