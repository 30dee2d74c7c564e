//! Streaming normalization works where batches are tiny.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{BATCH, DIGITS_BY_64_FOR_AN_UPDATE, ONES, STREAMING, STREAMING_MOMENTS, TWOS};

pub(crate) static CLAIM: Claim = Claim {
    id: "SN2",
    source: "liao2016streaming",
    statement: "Streaming normalization learns from a few cases or one at a time as well as from many, \
        where batch normalization fails.",
    takes: "perceptron on the digits, 64 cases for each update in batches of 64 and 2, and one at a time by streaming of moments: the share right",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: DIGITS_BY_64_FOR_AN_UPDATE,
                first: STREAMING.in_batches_of(2).with(TWOS),
                second: STREAMING,
                quantity: Quantity::number("test_accuracy_running"),
                // No more than a point lower.
                expectation: Expectation::HigherBy { margin: -0.01 },
            },
            Comparison {
                on: DIGITS_BY_64_FOR_AN_UPDATE,
                first: STREAMING.in_batches_of(2).with(TWOS),
                second: BATCH.in_batches_of(2).with(TWOS),
                quantity: Quantity::number("test_accuracy_running"),
                expectation: Expectation::HigherBy { margin: 0.02 },
            },
            Comparison {
                on: DIGITS_BY_64_FOR_AN_UPDATE,
                first: STREAMING_MOMENTS.in_batches_of(1).with(ONES),
                second: STREAMING_MOMENTS,
                quantity: Quantity::number("test_accuracy_running"),
                expectation: Expectation::HigherBy { margin: -0.01 },
            },
        ],
        rule: Rule::All,
        core_minutes: 4.0,
    }),
    differs: "digits and a perceptron instead of CIFAR-10 and convolutions; batch normalization is read by running averages",
};
