//! Path-SGD is faster from balanced starts as well.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "PS3",
    source: "neyshabur2015path",
    statement: "Even from balanced weights Path-SGD needs fewer epochs than plain gradient steps and \
        AdaGrad.",
    takes: "perceptron on the digits, three optimizers: epochs until 97 % of the training cases are right",
    evidence: Evidence::Later {
        core_minutes: 2.0,
        missing: "AdaGrad is no optimizer of a workload, and the target is one of validation",
    },
    differs: "digits and 100 units instead of MNIST and 4000",
};
