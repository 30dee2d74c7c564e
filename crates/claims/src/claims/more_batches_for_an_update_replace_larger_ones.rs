//! Several small batches for each update stand for a large one.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{BATCH, DIGITS_BY_64_FOR_AN_UPDATE, FOURS, SIXTEENS, STREAMING};

pub(crate) static CLAIM: Claim = Claim {
    id: "SN10",
    source: "liao2016streaming",
    statement: "With streaming normalization it hardly matters whether an update sees its cases in one \
        batch or in many small ones; with batch normalization it does.",
    takes: "64 cases for each update in 1, 4 and 16 batches: the share right",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: DIGITS_BY_64_FOR_AN_UPDATE,
                first: STREAMING.in_batches_of(16).with(SIXTEENS),
                second: STREAMING,
                quantity: Quantity::number("test_accuracy_running"),
                // One point.
                expectation: Expectation::Same { delta: 0.01 },
            },
            Comparison {
                on: DIGITS_BY_64_FOR_AN_UPDATE,
                first: STREAMING.in_batches_of(4).with(FOURS),
                second: STREAMING,
                quantity: Quantity::number("test_accuracy_running"),
                expectation: Expectation::Same { delta: 0.01 },
            },
            Comparison {
                on: DIGITS_BY_64_FOR_AN_UPDATE,
                first: BATCH.in_batches_of(4).with(FOURS),
                second: BATCH,
                quantity: Quantity::number("test_accuracy_running"),
                expectation: Expectation::Lower { delta: 0.01 },
            },
        ],
        rule: Rule::All,
        core_minutes: 2.0,
    }),
    differs: "digits instead of CIFAR-10; batch normalization is read by running averages",
};
