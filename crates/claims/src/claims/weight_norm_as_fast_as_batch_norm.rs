//! Weight normalization is early on nearly as fast as batch normalization, for less.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "WN4",
    source: "salimans2016weight",
    statement: "Early in training weight normalization lowers the loss nearly as fast as batch \
        normalization, and a step of it takes less time.",
    takes: "perceptron on the digits: the loss for each epoch within a fifth, and the seconds of a step",
    evidence: Evidence::Later {
        core_minutes: 2.0,
        missing: "no claim reads times of a step",
    },
    differs: "digits and a perceptron instead of CIFAR-10 and a convolutional net",
};
