//! Path-SGD trains a rescaled net in the same way.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "PS1",
    source: "neyshabur2015path",
    statement: "Multiplying the weights into a rectified unit and dividing those out of it leaves the \
        course of Path-SGD unchanged, and changes that of plain gradient steps.",
    takes: "a perceptron and its randomly rescaled copy over 50 steps: the relative difference of outputs",
    evidence: Evidence::Probe {
        probe: "path-rescaling",
        expects: &[
            Expect {
                value: "path_sgd",
                about: "largest relative difference under Path-SGD",
                within: Within::AtMost(1e-6),
            },
            Expect {
                value: "sgd",
                about: "the same under plain steps",
                within: Within::AtLeast(1e-1),
            },
        ],
    },
    differs: "",
};
