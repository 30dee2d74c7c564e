//! Path-SGD generalizes at least as well.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "PS4",
    source: "neyshabur2015path",
    statement: "A net trained by Path-SGD makes no more errors on new cases than one trained by plain \
        gradient steps, with dropout and without.",
    takes: "perceptron on the digits, both, with and without dropout: the error on test cases",
    evidence: Evidence::Later {
        core_minutes: 3.0,
        missing: "dropout is no axis of a workload",
    },
    differs: "digits and 100 units instead of MNIST and 4000",
};
