//! Rectification with local contrast normalization matters most.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "LC1",
    source: "jarrett2009best",
    statement: "In nets of convolution stages, absolute values followed by local contrast normalization \
        matter more than any other part.",
    takes: "one and two stages on the digits, each with and without absolute value and local contrast norm: \
        the share right",
    evidence: Evidence::Later {
        core_minutes: 10.0,
        missing: "absolute values and local contrast norm are no parts of the convolutional workload",
    },
    differs: "digits instead of Caltech 101",
};
