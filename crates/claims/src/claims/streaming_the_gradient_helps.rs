//! Averaging the gradient of the statistics helps.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "SN8",
    source: "liao2016streaming",
    statement: "Averaging the gradients of the statistics over updates helps, and leaving them out clearly \
        harms.",
    takes: "streaming with averaged, current and no gradient of the statistics: the loss after the same \
        number of updates",
    evidence: Evidence::Later {
        core_minutes: 3.0,
        missing: "the weights of the averaged gradient are no axis of a workload",
    },
    differs: "digits instead of CIFAR-10",
};
