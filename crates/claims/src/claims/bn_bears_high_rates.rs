//! Batch normalization trains at rates that break the plain net.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R2",
    source: "ioffe2015batch",
    statement: "A perceptron with batch normalization still learns at thirty times a learning rate that \
        suits the plain one, which by then no longer does.",
    takes: "sigmoid perceptron on the digits, plain and batch, at 1, 5 and 30 times the rate: the share \
        right after 20 epochs",
    evidence: Evidence::Later {
        core_minutes: 2.0,
        missing: "no experiment fixes the rate of one arm to a multiple of another arm's best rate",
    },
    differs: "digits instead of ImageNet, a perceptron of three hidden layers instead of Inception",
};
