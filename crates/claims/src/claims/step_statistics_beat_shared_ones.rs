//! Statistics for each step beat shared ones at evaluation.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{PIXELS, RECURRENT_BATCH};

pub(crate) static CLAIM: Claim = Claim {
    id: "SD1",
    source: "cooijmans2017recurrent",
    statement: "An LSTM with batch normalization that keeps running averages for each step is right more \
        often at evaluation than one that shares them over steps.",
    takes: "LSTM over 64 pixels of the digits with either, read by running averages: the share right, a \
        point apart",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: PIXELS,
                first: RECURRENT_BATCH,
                second: RECURRENT_BATCH,
                quantity: Quantity::Number { of: "test_accuracy_population", against: "test_accuracy_shared" },
                // One point.
                expectation: Expectation::HigherBy { margin: 0.01 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 6.0,
    }),
    differs: "8 by 8 digits instead of MNIST",
};
