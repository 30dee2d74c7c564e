//! Division makes responses saturate and keeps their tuning.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "DN1",
    source: "carandini2012canonical",
    statement: "Division by the activity of a pool makes responses saturate with contrast along a fixed \
        curve while the width of their tuning stays the same.",
    takes: "twelve orientations, gratings of 1 to 100 % contrast: the fit of the curve, and the width over \
        contrasts",
    evidence: Evidence::Probe {
        probe: "divisive-saturation",
        expects: &[
            Expect {
                value: "r_squared",
                about: "smallest R² of the fitted curve",
                within: Within::AtLeast(0.99),
            },
            Expect {
                value: "width_spread",
                about: "largest relative deviation of the tuning width",
                within: Within::AtMost(0.05),
            },
        ],
    },
    differs: "",
};
