//! Path-SGD reads pixels one by one better than plain steps.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "PR4",
    source: "neyshabur2016path",
    statement: "A ReLU recurrence over single pixels is right more often when trained by Path-SGD than by \
        plain gradient steps.",
    takes: "ReLU recurrence over 64 pixels of the digits: the share right, five points apart",
    evidence: Evidence::Later {
        core_minutes: 10.0,
        missing: "no recurrence is trained by Path-SGD",
    },
    differs: "8 by 8 digits instead of MNIST",
};
