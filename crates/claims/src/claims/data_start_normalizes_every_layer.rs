//! The start from one batch normalizes all layers.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "WN6",
    source: "salimans2016weight",
    statement: "A start that scales and shifts each layer by one batch leaves every pre-activation of that \
        batch with mean 0 and deviation 1.",
    takes: "eight-layer net after the start: means and deviations over that batch",
    evidence: Evidence::Probe {
        probe: "data-start",
        expects: &[
            Expect {
                value: "mean",
                about: "largest mean of a pre-activation",
                within: Within::AtMost(1e-3),
            },
            Expect {
                value: "deviation",
                about: "largest distance of a deviation from 1",
                within: Within::AtMost(1e-3),
            },
        ],
    },
    differs: "",
};
