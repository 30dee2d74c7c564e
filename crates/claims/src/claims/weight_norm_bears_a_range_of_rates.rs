//! Weight normalization works at a wider range of rates.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "WN2",
    source: "salimans2016weight",
    statement: "With weight normalization a net learns nearly as well as it can over a wider range of \
        learning rates than without.",
    takes: "perceptron on the digits, plain steps, nine rates over four decades, both from the \
        data-dependent start: how far apart the rates are that come within two points of the best",
    evidence: Evidence::Later {
        core_minutes: 4.0,
        missing: "no comparison reads the width of a range of rates",
    },
    differs: "digits and a perceptron instead of CIFAR-10 and a convolutional net",
};
