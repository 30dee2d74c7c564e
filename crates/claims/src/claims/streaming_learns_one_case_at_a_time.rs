//! Streaming normalization learns from one case at a time in every kind of net.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Arm, Comparison, Expectation, Experiment, Protocol, Quantity, Rule, Setup};
use crate::setups::{BATCH, CLUTTERED, DIGITS_BY_64_FOR_AN_UPDATE, LIMITED, ONES, STREAMING, STREAMING_MOMENTS};

/// Digits row by row through gated recurrent units, sixteen cases for each update. The budget is one on purpose.
const GRU_ROWS: Setup = Setup {
    workload: "digits-gru-rows",
    protocol: Protocol {
        epochs: 8,
        batch_size: Some(16),
        rates: &[1e-3, 3e-3, 1e-2, 3e-2],
        tuning: 2,
        judging: 10,
    },
};
const GRU: Arm = Arm::of("plain", "none").with(LIMITED);
/// Of the input projection, the place that streaming and batch normalization have in common.
const GRU_BY_ONES: Arm = Arm::of("streaming moments, one case at a time", "streaming-moments")
    .at("input")
    .in_batches_of(1)
    .with(&[("batches_per_update", "16"), ("clip", "1")]);

pub(crate) static CLAIM: Claim = Claim {
    id: "Q17",
    source: "stackexchange12956",
    statement: "Streaming normalization works in convolutional nets, in recurrent nets and with one case at \
        a time.",
    takes: "the share right by what is stored: convolutional net against batch normalization, perceptron one case at a time against \
        batch normalization of 64, gated recurrent net one case at a time against the plain one in batches of 16; two points below \
        at most",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: CLUTTERED,
                first: STREAMING,
                second: BATCH,
                quantity: Quantity::number("test_accuracy_running"),
                expectation: Expectation::HigherBy { margin: -0.02 },
            },
            Comparison {
                on: DIGITS_BY_64_FOR_AN_UPDATE,
                first: STREAMING_MOMENTS.in_batches_of(1).with(ONES),
                second: BATCH,
                quantity: Quantity::number("test_accuracy_running"),
                expectation: Expectation::HigherBy { margin: -0.02 },
            },
            Comparison {
                on: GRU_ROWS,
                first: GRU_BY_ONES,
                second: GRU,
                quantity: Quantity::Number { of: "test_accuracy_running", against: "test_accuracy" },
                expectation: Expectation::HigherBy { margin: -0.02 },
            },
        ],
        rule: Rule::All,
        core_minutes: 5.0,
    }),
    differs: "digits; one place in the recurrent net",
};
