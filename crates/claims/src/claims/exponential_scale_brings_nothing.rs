//! Learning the logarithm of the length brings nothing.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "WN8",
    source: "salimans2016weight",
    statement: "Learning the logarithm of the weights' length instead of the length itself makes no \
        significant difference.",
    takes: "perceptron on the digits with either: the loss, equivalent",
    evidence: Evidence::Later {
        core_minutes: 1.0,
        missing: "the logarithm of the length is no parameter of the method",
    },
    differs: "digits and a perceptron instead of CIFAR-10 and a convolutional net",
};
