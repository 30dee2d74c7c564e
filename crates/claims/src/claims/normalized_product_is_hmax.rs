//! The normalized dot product is what HMAX computes.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "Q22",
    source: "stackexchange12956",
    statement: "The normalized dot product that cosine normalization resembles is the operation that cells \
        of HMAX compute.",
    takes: "the method, the kernel of HMAX, the rectified cosine and the rectified correlation on the same \
        inputs",
    evidence: Evidence::Probe {
        probe: "ndp-kernel",
        expects: &[
            Expect {
                value: "hmax",
                about: "largest difference from the kernel of HMAX",
                within: Within::AtMost(1e-5),
            },
            Expect {
                value: "cosine",
                about: "largest difference from the rectified cosine",
                within: Within::AtMost(1e-5),
            },
            Expect {
                value: "pearson",
                about: "largest difference of the centred form from the rectified correlation",
                within: Within::AtMost(1e-5),
            },
        ],
    },
    differs: "",
};
