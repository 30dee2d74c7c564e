//! Of two stimuli the stronger suppresses the weaker.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "DN2",
    source: "carandini2012canonical",
    statement: "When two gratings of unequal contrast overlap, the response to the weaker one falls by more \
        than their contrasts differ.",
    takes: "plaids of unequal contrast: the ratio of responses over the ratio of contrasts",
    evidence: Evidence::Probe {
        probe: "divisive-suppression",
        expects: &[
            Expect {
                value: "suppression",
                about: "largest ratio of responses over ratio of contrasts",
                within: Within::AtMost(0.99),
            },
        ],
    },
    differs: "",
};
