//! A small gain lets the gradient reach the first step, a large one does not.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "R14",
    source: "cooijmans2017recurrent",
    statement: "At the start of training the gradient of a normalized recurrent net keeps its size over all \
        steps when the gain is small, and vanishes in the backward pass when it is large.",
    takes: "tanh recurrence from the identity, one batch norm on the sum, 200 steps: the norm of the \
        gradient at the first step over that at the last",
    evidence: Evidence::Probe {
        probe: "gradient-by-step",
        expects: &[
            Expect {
                value: "log10_ratio_0_1",
                about: "log10 of first over last norm, gain 0.1",
                within: Within::AtLeast(-1.5),
            },
            Expect {
                value: "log10_ratio_0_3",
                about: "log10 of first over last norm, gain 0.3",
                within: Within::AtLeast(-1.5),
            },
            Expect {
                value: "log10_ratio_0_7",
                about: "log10 of first over last norm, gain 0.7",
                within: Within::AtMost(-6.0),
            },
            Expect {
                value: "log10_ratio_1_0",
                about: "log10 of first over last norm, gain 1",
                within: Within::AtMost(-6.0),
            },
        ],
    },
    differs: "200 steps instead of 784, drawn inputs instead of MNIST",
};
