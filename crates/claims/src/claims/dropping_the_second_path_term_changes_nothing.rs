//! The second term of recurrent path scales may be left out.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "PR2",
    source: "neyshabur2016path",
    statement: "Leaving out the negligible part of the path scale does not change the course of training.",
    takes: "a recurrence of 50 units in training with exact and with shortened scales: the losses within one \
        per cent",
    evidence: Evidence::Probe {
        probe: "path-shortened-scales",
        expects: &[
            Expect {
                value: "difference",
                about: "largest relative difference of the losses over the updates",
                within: Within::AtMost(0.01),
            },
            Expect {
                value: "fall",
                about: "loss before the first update over that before the last, which says that something was learned",
                within: Within::AtLeast(1.05),
            },
        ],
    },
    differs: "drawn sequences of 10 steps and 60 updates instead of the characters of a text",
};
