//! Weight standardization helps group normalization in tiny batches.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R42",
    source: "qiao2019weight",
    statement: "In batches of two or so, group normalization with standardized weights is at least as often \
        right as without.",
    takes: "convolutional net on the digits in batches of 2: the share right with both and with group norm \
        alone",
    evidence: Evidence::Later {
        core_minutes: 25.0,
        missing: "no place puts a method at the weights and another behind the convolution",
    },
    differs: "digits and two convolutions instead of ImageNet",
};
