//! A learned first state gets no gradient from recurrent batch normalization.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "R25",
    source: "cooijmans2017recurrent",
    statement: "A learned first state that all cases share gets no gradient at all under recurrent batch \
        normalization, since a batch norm subtracts what is the same in all cases; noise gives it one.",
    takes: "LSTM before training: the gradient of the first state without and with noise",
    evidence: Evidence::Probe {
        probe: "learned-start",
        expects: &[
            Expect {
                value: "without_noise",
                about: "largest entry of the gradient without noise",
                within: Within::AtMost(1e-6),
            },
            Expect {
                value: "with_noise",
                about: "largest entry with noise",
                within: Within::AtLeast(1e-6),
            },
        ],
    },
    differs: "ours, derived from the paper's formulas",
};
