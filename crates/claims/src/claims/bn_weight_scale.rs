//! Batch normalization does not see the size of the weights.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "R1",
    source: "ioffe2015batch",
    statement: "Batch normalization of W x is the same for a W, and the gradient of W is divided by a.",
    takes: "one layer in double precision, epsilon 0, a = 7",
    evidence: Evidence::Probe {
        probe: "bn-weight-scale",
        expects: &[
            Expect {
                value: "output",
                about: "largest change of the output",
                within: Within::AtMost(1e-10),
            },
            Expect {
                value: "gradient",
                about: "largest difference of a times the gradient",
                within: Within::AtMost(1e-10),
            },
        ],
    },
    differs: "",
};
