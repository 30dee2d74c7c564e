//! Path-SGD is made for the symmetry of rectified nets.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "Q10",
    source: "stackexchange12956",
    statement: "Path-SGD answers to the re-parametrization of rectified nets: rescaling units changes \
        neither the function nor the course of its training.",
    takes: "a perceptron and its rescaled copy before training and over 50 steps of Path-SGD",
    evidence: Evidence::Probe {
        probe: "path-rescaling",
        expects: &[
            Expect {
                value: "function",
                about: "relative difference of outputs before any step",
                within: Within::AtMost(1e-10),
            },
            Expect {
                value: "path_sgd",
                about: "largest relative difference under Path-SGD",
                within: Within::AtMost(1e-6),
            },
        ],
    },
    differs: "",
};
