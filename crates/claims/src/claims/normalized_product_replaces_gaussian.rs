//! The normalized dot product can take the place of Gaussian tuning.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Arm, Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::CLIPS;

pub(crate) static CLAIM: Claim = Claim {
    id: "HM5",
    source: "kouh2008canonical",
    statement: "Features tuned by the normalized dot product classify about as well as features tuned by a \
        Gaussian.",
    takes: "C2 features with either under a linear classifier: the share right, within three points",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: CLIPS,
                first: Arm::of("normalized product", "ndp"),
                second: Arm::of("distance", "none"),
                quantity: Quantity::number("test_accuracy"),
                // Three points.
                expectation: Expectation::Same { delta: 0.03 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 1.0,
    }),
    differs: "paperclips instead of the paper's single cells",
};
