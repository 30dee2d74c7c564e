//! Streaming normalization keeps up with batch normalization in convolutional nets.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Arm, Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{BATCH, CLUTTERED, LAYER_CONV};

const STREAMING: Arm = Arm::of("streaming", "streaming");

pub(crate) static CLAIM: Claim = Claim {
    id: "SN5",
    source: "liao2016streaming",
    statement: "In convolutional nets streaming normalization matches batch normalization, and layer \
        normalization stays behind both.",
    takes: "convolutional net on digits among clutter, layer, batch and streaming: the share right and the loss on test cases",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: CLUTTERED,
                first: STREAMING,
                second: BATCH,
                quantity: Quantity::number("test_accuracy"),
                // Two points below at most.
                expectation: Expectation::HigherBy { margin: -0.02 },
            },
            Comparison {
                on: CLUTTERED,
                first: LAYER_CONV,
                second: BATCH,
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Higher { delta: 0.05 },
            },
            Comparison {
                on: CLUTTERED,
                first: LAYER_CONV,
                second: STREAMING,
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Higher { delta: 0.05 },
            },
        ],
        rule: Rule::All,
        core_minutes: 3.0,
    }),
    differs: "digits among clutter instead of CIFAR-10",
};
