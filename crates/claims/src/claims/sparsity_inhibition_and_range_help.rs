//! Sparse prototypes, inhibition and limited ranges help.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "HM8",
    source: "mutch2008object",
    statement: "Adding sparse prototypes, inhibition of weak cells and limited ranges of position one after \
        another never harms and together helps.",
    takes: "four variants, each with one more, on paperclips or digits: the share right, the last three \
        points above the first",
    evidence: Evidence::Probe {
        probe: "hmax-variants",
        expects: &[
            Expect {
                value: "smallest_step",
                about: "smallest change of the share right from one variant to the next",
                within: Within::AtLeast(0.0),
            },
            Expect {
                value: "gained",
                about: "share right of the last variant less that of the first",
                within: Within::AtLeast(0.03),
            },
        ],
    },
    differs: "digits instead of Caltech 101",
};
