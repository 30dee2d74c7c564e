//! Logits that are cosines keep the loss above a floor.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "CN7",
    source: "luo2018cosine",
    statement: "With plain cosines as logits of ten classes the cross-entropy cannot fall below 0.797, and \
        a scale before the softmax removes the floor.",
    takes: "drawn weights and inputs and the best arrangement there is: the cross-entropy at scales 1 and 10",
    evidence: Evidence::Probe {
        probe: "cosine-floor",
        expects: &[
            Expect {
                value: "smallest",
                about: "smallest cross-entropy at scale 1 (the exact floor is ln(1 + 9 e⁻²) = 0.7966)",
                within: Within::AtLeast(0.7965),
            },
            Expect {
                value: "scaled",
                about: "that of the best arrangement at scale 10",
                within: Within::AtMost(0.1),
            },
        ],
    },
    differs: "ours, derived from the paper's formula",
};
