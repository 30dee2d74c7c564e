//! The statistics of the last step serve all later ones.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{CHARACTERS, RECURRENT_BATCH};

pub(crate) static CLAIM: Claim = Claim {
    id: "R20",
    source: "cooijmans2017recurrent",
    statement: "Sequences much longer than those of training can be read with the statistics of the last \
        trained step, and the loss for each character does not rise with their length.",
    takes: "character LSTM trained at 50 steps, read at 50 to 500: bits for each character by stored and by \
        batch statistics",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: CHARACTERS,
                first: RECURRENT_BATCH,
                second: RECURRENT_BATCH,
                quantity: Quantity::LogLoss { of: "test_loss_population_500_steps", against: "test_loss_population" },
                // Not higher by two hundredths.
                expectation: Expectation::LowerBy { margin: -0.02 },
            },
            Comparison {
                on: CHARACTERS,
                first: RECURRENT_BATCH,
                second: RECURRENT_BATCH,
                quantity: Quantity::LogLoss { of: "test_loss_population_500_steps", against: "test_loss_batch_500_steps" },
                expectation: Expectation::LowerBy { margin: -0.02 },
            },
        ],
        rule: Rule::All,
        core_minutes: 6.0,
    }),
    differs: "50 steps instead of 100",
};
