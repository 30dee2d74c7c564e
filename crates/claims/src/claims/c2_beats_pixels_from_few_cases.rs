//! C2 features beat pixels where examples are few and shifted.

use crate::claim::{Claim, Evidence, Expect, Within};

/// Ten points of accuracy.
const GAINED: Within = Within::AtLeast(0.1);

pub(crate) static CLAIM: Claim = Claim {
    id: "HM7",
    source: "serre2007robust",
    statement: "From a few examples in varying positions, a classifier on C2 features is right far more \
        often than the same one on pixels.",
    takes: "digits shifted in a larger frame, 5 to 15 of each class: the share right, ten points apart",
    evidence: Evidence::Probe {
        probe: "hmax-few-examples",
        expects: &[
            Expect { value: "gained_by_5", about: "gained over pixels with 5 examples of each class", within: GAINED },
            Expect { value: "gained_by_10", about: "with 10", within: GAINED },
            Expect { value: "gained_by_15", about: "with 15", within: GAINED },
        ],
    },
    differs: "digits instead of photographs",
};
