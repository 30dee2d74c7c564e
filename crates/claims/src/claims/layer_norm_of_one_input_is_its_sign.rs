//! Of a single input layer normalization keeps the sign.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "F1",
    source: "ba2016layer",
    statement: "With one input at a time and no bias, layer normalization returns the sign of that input \
        times a fixed vector, so that its size is lost; batch normalization loses the size of the weight \
        and keeps the input's.",
    takes: "one number through a layer: both methods against what is left of it",
    evidence: Evidence::Probe {
        probe: "one-input-sign",
        expects: &[
            Expect {
                value: "layer",
                about: "largest difference of layer norm from the sign times a fixed vector",
                within: Within::AtMost(1e-10),
            },
            Expect {
                value: "batch",
                about: "largest difference of batch norm from the standardized input times the sign of the \
                    weight",
                within: Within::AtMost(1e-10),
            },
        ],
    },
    differs: "ours, derived from the formula",
};
