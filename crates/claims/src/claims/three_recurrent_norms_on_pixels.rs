//! The three methods of the question side by side.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{BN_RNN, LAYER, LSTM, PIXELS, RECURRENT_BATCH};

pub(crate) static CLAIM: Claim = Claim {
    id: "F3",
    source: "stackexchange12956",
    statement: "Read by statistics of the population, recurrent batch normalization leaves a smaller test loss on permuted \
        pixels than layer normalization, than batch normalization of the inputs, and than nothing.",
    takes: "permuted pixels through an LSTM: the test loss at the end",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: PIXELS,
                first: RECURRENT_BATCH,
                second: LAYER,
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Lower { delta: 0.2 },
            },
            Comparison {
                on: PIXELS,
                first: RECURRENT_BATCH,
                second: BN_RNN,
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Lower { delta: 0.2 },
            },
            Comparison {
                on: PIXELS,
                first: RECURRENT_BATCH,
                second: LSTM,
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Lower { delta: 0.2 },
            },
        ],
        rule: Rule::All,
        core_minutes: 24.0,
    }),
    differs: "a comparison of our own: the three papers compare with the plain network only",
};
