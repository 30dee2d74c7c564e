//! Cosine normalization lowers the variance of units.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "CN2",
    source: "luo2018cosine",
    statement: "Throughout training the pre-activations of units with cosine normalization vary less than \
        those of plain ones.",
    takes: "perceptron on the digits, plain and cosine: the variance of each layer's units at every epoch",
    evidence: Evidence::Later {
        core_minutes: 1.0,
        missing: "variances of pre-activations over training are no metric of a cell yet",
    },
    differs: "digits instead of MNIST and news groups",
};
