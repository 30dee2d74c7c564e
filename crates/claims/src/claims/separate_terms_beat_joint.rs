//! Input and recurrent term are better normalized apart.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R23",
    source: "cooijmans2017recurrent",
    statement: "Normalizing the recurrent and the input term each by itself trains no worse than \
        normalizing their sum.",
    takes: "LSTM over permuted pixels: updates until four fifths are right, both ways",
    evidence: Evidence::Later {
        core_minutes: 5.0,
        missing: "the sum of both terms is no place at which recurrent batch norm stands in the workload",
    },
    differs: "8 by 8 digits instead of MNIST",
};
