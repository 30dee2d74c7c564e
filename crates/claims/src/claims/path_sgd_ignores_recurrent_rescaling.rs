//! Path-SGD ignores rescalings that a recurrence allows.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "PR6",
    source: "neyshabur2016path",
    statement: "Rescaling the units of a ReLU recurrence, the same way at all steps, leaves the course of \
        Path-SGD unchanged even with the shortened scales.",
    takes: "a recurrence and its rescaled copy over 50 steps: the relative difference of outputs",
    evidence: Evidence::Probe {
        probe: "path-recurrent-rescaling",
        expects: &[
            Expect {
                value: "difference",
                about: "largest relative difference",
                within: Within::AtMost(1e-6),
            },
        ],
    },
    differs: "",
};
