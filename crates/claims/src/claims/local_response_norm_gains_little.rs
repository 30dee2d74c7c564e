//! Normalization across neighbouring channels gains a little.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Arm, Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{CLUTTERED, PLAIN_CONV};

const LOCAL_RESPONSE: Arm = Arm::of("local response", "local-response");

pub(crate) static CLAIM: Claim = Claim {
    id: "LR1",
    source: "krizhevsky2012imagenet",
    statement: "Local response normalization makes a convolutional net right slightly more often, by a \
        point or so.",
    takes: "convolutional net on digits among clutter with and without it: the share right",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: CLUTTERED,
                first: LOCAL_RESPONSE,
                second: PLAIN_CONV,
                quantity: Quantity::number("test_accuracy"),
                expectation: Expectation::Higher { delta: 0.005 },
            },
            Comparison {
                on: CLUTTERED,
                first: LOCAL_RESPONSE,
                second: PLAIN_CONV,
                quantity: Quantity::number("test_accuracy"),
                // Three points: a gain of a point or so is no more.
                expectation: Expectation::LowerBy { margin: -0.03 },
            },
        ],
        rule: Rule::All,
        core_minutes: 2.0,
    }),
    differs: "digits among clutter instead of ImageNet",
};
