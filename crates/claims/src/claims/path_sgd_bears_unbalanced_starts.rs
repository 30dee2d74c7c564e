//! An unbalanced start does not harm Path-SGD.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "PS2",
    source: "neyshabur2015path",
    statement: "From weights that were thrown out of balance Path-SGD learns as from balanced ones, while \
        plain gradient steps and AdaGrad suffer.",
    takes: "perceptron on the digits, balanced and unbalanced start, three optimizers: the loss after 20 \
        epochs",
    evidence: Evidence::Later {
        core_minutes: 4.0,
        missing: "neither the unbalanced start nor AdaGrad is an axis of a workload",
    },
    differs: "digits and 100 units instead of MNIST and 4000",
};
