//! Noise in the first state tames the gradient where inputs do not vary.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "R21",
    source: "cooijmans2017recurrent",
    statement: "Where the first inputs are the same in all cases, recurrent batch normalization blows the \
        gradient up step by step, and a little noise in the first state prevents it.",
    takes: "LSTM whose first 20 pixels are 0: the largest gradient norm of a case without noise, over that \
        with noise of deviation 0.1",
    evidence: Evidence::Probe {
        probe: "zero-variance-start",
        expects: &[
            Expect {
                value: "blow_up",
                about: "largest gradient norm without noise over that with it",
                within: Within::AtLeast(100.0),
            },
        ],
    },
    differs: "only the gradient before training is judged; whether noise costs accuracy is not",
};
