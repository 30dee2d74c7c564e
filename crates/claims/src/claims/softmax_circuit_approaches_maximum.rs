//! The soft maximum comes closer to the maximum as its exponent grows.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "HM6",
    source: "kouh2008canonical",
    statement: "A divisive circuit whose upper exponent exceeds the lower by one comes the closer to the \
        maximum of its inputs the larger they are.",
    takes: "ten uniform inputs, exponents 1, 2, 4 and 8: the mean relative error to the maximum",
    evidence: Evidence::Probe {
        probe: "hmax-softmax",
        expects: &[
            Expect {
                value: "error_8",
                about: "mean relative error at exponent 8",
                within: Within::AtMost(0.1),
            },
            Expect {
                value: "least_fall",
                about: "smallest fall of the error from one exponent to the next",
                within: Within::AtLeast(0.0),
            },
        ],
    },
    differs: "",
};
