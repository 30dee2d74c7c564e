//! In convolutional nets layer normalization helps, batch normalization more.

use crate::claim::{Claim, Evidence};

pub(crate) static CLAIM: Claim = Claim {
    id: "R11",
    source: "ba2016layer",
    statement: "A convolutional net learns faster with layer normalization than with none, and faster still \
        with batch normalization.",
    takes: "two-convolution net on the digits: updates until the target for batch, layer and none",
    evidence: Evidence::Later {
        core_minutes: 2.0,
        missing: "the experiment on `digits-conv` is not declared",
    },
    differs: "digits and two convolutions; the paper names neither data nor net",
};
