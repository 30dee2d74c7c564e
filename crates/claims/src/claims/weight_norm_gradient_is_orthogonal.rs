//! The direction's gradient is orthogonal to it, so that it grows.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "WN1",
    source: "salimans2016weight",
    statement: "The gradient of the direction parameter is orthogonal to it, so that plain gradient steps \
        never make it shorter.",
    takes: "one layer and 50 plain steps: the cosine of parameter and gradient, and the growth of the norm",
    evidence: Evidence::Probe {
        probe: "weight-norm-orthogonality",
        expects: &[
            Expect {
                value: "inner_product",
                about: "largest cosine of a unit's direction and its gradient",
                within: Within::AtMost(1e-5),
            },
            Expect {
                value: "least_growth",
                about: "smallest growth of its norm in a step",
                within: Within::AtLeast(0.0),
            },
        ],
    },
    differs: "",
};
