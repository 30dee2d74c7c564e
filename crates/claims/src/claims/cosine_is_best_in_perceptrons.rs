//! Cosine normalization is the least often wrong in fully connected nets.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "CN3",
    source: "luo2018cosine",
    statement: "In fully connected nets cosine normalization makes fewer errors on new cases than batch, \
        weight and layer normalization.",
    takes: "perceptron on the digits, four methods: the error on test cases",
    evidence: Evidence::Later {
        core_minutes: 2.0,
        missing: "the experiment on `digits-mlp` is not declared",
    },
    differs: "digits instead of MNIST and news groups, 100 units instead of some 1000",
};
