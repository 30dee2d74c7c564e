//! Weight normalization with means of the batch generalizes best.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Arm, Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::CLUTTERED;

const BOTH: Arm =
    Arm::of("weight and means", "mean-only-batch").at("hidden, normalized weights");

pub(crate) static CLAIM: Claim = Claim {
    id: "WN5",
    source: "salimans2016weight",
    statement: "Weight normalization together with a batch normalization that only subtracts means is less \
        often wrong on new cases than either alone.",
    takes: "convolutional net on digits among clutter, either and both: the loss on test cases",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: CLUTTERED,
                first: BOTH,
                second: Arm::of("weight", "weight"),
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Lower { delta: 0.05 },
            },
            Comparison {
                on: CLUTTERED,
                first: BOTH,
                second: Arm::of("means", "mean-only-batch").at("hidden"),
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Lower { delta: 0.05 },
            },
        ],
        rule: Rule::All,
        core_minutes: 4.0,
    }),
    differs: "digits among clutter instead of CIFAR-10, without noise, dropout and a start from data",
};
