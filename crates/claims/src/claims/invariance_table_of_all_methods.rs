//! What each method does not see.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "IV1",
    source: "ba2016layer",
    statement: "Every method is blind to just those changes of weights and data that its formula says, and \
        to no others.",
    takes: "one layer of each method under five changes: the relative change of its output",
    evidence: Evidence::Probe {
        probe: "invariance-table",
        expects: &[
            Expect {
                value: "wrong_yes",
                about: "largest change where there must be none",
                within: Within::AtMost(1e-4),
            },
            Expect {
                value: "wrong_no",
                about: "smallest change where there must be one",
                within: Within::AtLeast(1e-2),
            },
        ],
    },
    differs: "more methods than in the paper's table; their rows are derived",
};
