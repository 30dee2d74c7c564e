//! Centring first is no worse.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "CN5",
    source: "luo2018cosine",
    statement: "Cosine normalization of centred weights and inputs is at least as good as without centring.",
    takes: "perceptron on the digits, centred and not: the error on test cases, at most a fifth of a point \
        more",
    evidence: Evidence::Later {
        core_minutes: 1.0,
        missing: "the experiment on `digits-mlp` is not declared",
    },
    differs: "digits instead of MNIST and news groups",
};
