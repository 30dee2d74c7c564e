//! Normalization across neighbouring channels gains a little.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "LR1",
    source: "krizhevsky2012imagenet",
    statement: "Local response normalization makes a convolutional net right slightly more often, by a \
        point or so.",
    takes: "convolutional net on the digits with and without it: the share right",
    evidence: Evidence::Later {
        core_minutes: 2.0,
        missing: "the experiment on `digits-conv` is not declared",
    },
    differs: "digits instead of ImageNet",
};
