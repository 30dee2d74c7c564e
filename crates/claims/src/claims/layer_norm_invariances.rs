//! What batch, weight and layer normalization do not see.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "R6",
    source: "ba2016layer",
    statement: "Batch, weight and layer normalization are each blind to some changes of weights and data \
        and not to others, in the eighteen combinations that the paper lists.",
    takes: "one random layer under six changes: the relative change of its output",
    evidence: Evidence::Probe {
        probe: "invariance-table",
        expects: &[
            Expect {
                value: "ba_wrong_yes",
                about: "largest change where there must be none",
                within: Within::AtMost(1e-5),
            },
            Expect {
                value: "ba_wrong_no",
                about: "smallest change where there must be one",
                within: Within::AtLeast(1e-2),
            },
        ],
    },
    differs: "",
};
