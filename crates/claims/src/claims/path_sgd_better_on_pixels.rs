//! Path-SGD trains a recurrence over pixels better than plain steps.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{PIXELS_BY_PLAIN_STEPS, RELU_BY_PATH_SGD, RELU_BY_SGD};

pub(crate) static CLAIM: Claim = Claim {
    id: "PR4",
    source: "neyshabur2016path",
    statement: "A ReLU recurrence over single pixels is right more often when trained by Path-SGD than by \
        plain gradient steps.",
    takes: "ReLU recurrence over 64 pixels of the digits: the share right, five points apart",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[Comparison {
            on: PIXELS_BY_PLAIN_STEPS,
            first: RELU_BY_PATH_SGD,
            second: RELU_BY_SGD,
            quantity: Quantity::number("test_accuracy"),
            expectation: Expectation::HigherBy { margin: 0.05 },
        }],
        rule: Rule::Primary,
        core_minutes: 3.0,
    }),
    differs: "8 by 8 digits instead of MNIST, 32 units instead of 100",
};
