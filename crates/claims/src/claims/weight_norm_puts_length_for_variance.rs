//! Weight normalization puts the length of the weights where the variance was.

use crate::claim::{Claim, Evidence, Expect, Within};

pub(crate) static CLAIM: Claim = Claim {
    id: "Q8",
    source: "stackexchange12956",
    statement: "Weight normalization replaces the deviation of a pre-activation by the length of its \
        weights: on whitened inputs it coincides with batch normalization, the closer the larger the batch.",
    takes: "batches that are whitened, drawn white, and neither: the distance of both methods",
    evidence: Evidence::Probe {
        probe: "weight-batch-whitened",
        expects: &[
            Expect {
                value: "whitened",
                about: "largest difference on a whitened batch",
                within: Within::AtMost(1e-10),
            },
            Expect {
                value: "least_fall",
                about: "smallest fall of the difference from one batch size to the next",
                within: Within::AtLeast(0.0),
            },
            Expect {
                value: "raw",
                about: "difference on inputs that are not white",
                within: Within::AtLeast(1e-2),
            },
        ],
    },
    differs: "",
};
