//! One set of statistics over all steps is enough for streaming normalization.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{CHARACTERS, RECURRENT_BATCH, STREAMING_CELL};

pub(crate) static CLAIM: Claim = Claim {
    id: "SN3",
    source: "liao2016streaming",
    statement: "A recurrent net whose steps all feed and use one set of streaming statistics is no worse \
        than one with statistics for each step.",
    takes: "character LSTM: the test loss by what streaming has stored for all steps against that of batch norm with \
        population statistics of each step",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: CHARACTERS,
                first: STREAMING_CELL,
                second: RECURRENT_BATCH,
                quantity: Quantity::LogLoss { of: "test_loss_running", against: "test_loss" },
                // Not higher by two hundredths.
                expectation: Expectation::LowerBy { margin: -0.02 },
            },
        ],
        rule: Rule::All,
        core_minutes: 4.0,
    }),
    differs: "characters instead of the memo's tasks; layer normalization is compared elsewhere",
};
