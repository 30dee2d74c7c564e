//! Streaming statistics serve lengths that training has not seen.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{CHARACTERS, RECURRENT_BATCH, STREAMING_CELL};

pub(crate) static CLAIM: Claim = Claim {
    id: "SN9",
    source: "liao2016streaming",
    statement: "With one set of statistics for all steps a net reads longer sequences than it was trained \
        on with less loss than one that repeats its last step's statistics.",
    takes: "character LSTM trained at 50 steps, read at 500: the test loss by what streaming has stored against that of \
        recurrent batch norm by the statistics of its last trained step",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: CHARACTERS,
                first: STREAMING_CELL,
                second: RECURRENT_BATCH,
                quantity: Quantity::LogLoss { of: "test_loss_running_500_steps", against: "test_loss_population_500_steps" },
                expectation: Expectation::Lower { delta: 0.02 },
            },
        ],
        rule: Rule::All,
        core_minutes: 4.0,
    }),
    differs: "characters instead of the memo's tasks",
};
