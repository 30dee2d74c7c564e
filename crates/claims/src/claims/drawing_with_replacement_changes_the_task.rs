//! Pixels drawn with replacement are another task than permuted ones.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R26",
    source: "cooijmans2017recurrent",
    statement: "The released program draws its pixel order with replacement, so that pixels are lost; this \
        moves the accuracy of every method but not their order.",
    takes: "LSTM over the digits, pixels permuted and drawn with replacement, plain and recurrent batch: \
        the share right",
    evidence: Evidence::Later {
        core_minutes: 8.0,
        missing: "a pixel order drawn with replacement is no value of the axis `order`",
    },
    differs: "8 by 8 digits instead of MNIST",
};
