//! Statistics pooled over time are clearly worse than those of each step.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{CHARACTERS, PIXELS, RECURRENT_BATCH};

pub(crate) static CLAIM: Claim = Claim {
    id: "R18",
    source: "cooijmans2017recurrent",
    statement: "Stored statistics kept apart for each time step are needed: pooled over time they give a \
        clearly higher loss, most of it from the first steps.",
    takes: "one trained LSTM evaluated by statistics of each step and pooled, and one trained with pooled \
        ones: the test loss",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: PIXELS,
                first: RECURRENT_BATCH,
                second: RECURRENT_BATCH,
                quantity: Quantity::LogLoss { of: "test_loss_population", against: "test_loss_shared" },
                expectation: Expectation::Lower { delta: 0.2 },
            },
            Comparison {
                on: CHARACTERS,
                first: RECURRENT_BATCH,
                second: RECURRENT_BATCH,
                quantity: Quantity::LogLoss { of: "test_loss_population", against: "test_loss_shared" },
                expectation: Expectation::Lower { delta: 0.02 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 12.0,
    }),
    differs: "64 pixels of the digits instead of MNIST and Penn Treebank",
};
