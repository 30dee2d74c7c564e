//! Weight normalization gets there sooner than plain weights.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "WN3",
    source: "salimans2016weight",
    statement: "At its best rate each, a net with weight normalization has a lower loss early in training \
        than one with plain weights.",
    takes: "perceptron on the digits, five epochs: the loss of both",
    evidence: Evidence::Later {
        core_minutes: 1.0,
        missing: "the experiment on `digits-mlp` is not declared",
    },
    differs: "digits and a perceptron instead of CIFAR-10 and a convolutional net",
};
