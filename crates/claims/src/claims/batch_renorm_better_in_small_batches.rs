//! Batch renormalization beats batch normalization in small batches.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R39",
    source: "ioffe2017renorm",
    statement: "With very few cases in a batch, batch renormalization is more often right at evaluation \
        than batch normalization.",
    takes: "perceptron on the digits in batches of 4: the share right, half a point apart",
    evidence: Evidence::Later {
        core_minutes: 2.0,
        missing: "the experiment on `digits-mlp` in batches of 4 is not declared",
    },
    differs: "digits and a perceptron instead of ImageNet and Inception, limits widened over hundreds of \
        updates",
};
