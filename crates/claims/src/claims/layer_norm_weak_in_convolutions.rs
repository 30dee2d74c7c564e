//! Layer normalization does not work well in convolutional nets.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Arm, Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{BATCH, CLUTTERED, LAYER_CONV};

const AT_POSITIONS: Arm = Arm::of("layer at each position", "layer").at("hidden, each position");

pub(crate) static CLAIM: Claim = Claim {
    id: "Q12",
    source: "stackexchange12956",
    statement: "In convolutional nets layer normalization does not work well, over all of a case as well as \
        over the channels of each position.",
    takes: "convolutional net on digits among clutter, batch, and layer norm in two ways: the loss on test cases",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: CLUTTERED,
                first: LAYER_CONV,
                second: BATCH,
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Higher { delta: 0.05 },
            },
            Comparison {
                on: CLUTTERED,
                first: AT_POSITIONS,
                second: BATCH,
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Higher { delta: 0.05 },
            },
        ],
        rule: Rule::All,
        core_minutes: 3.0,
    }),
    differs: "digits among clutter of 16 by 16 pixels instead of photographs",
};
