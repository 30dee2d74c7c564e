//! Separate statistics of each step work best.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{PIXELS, RECURRENT_BATCH};

pub(crate) static CLAIM: Claim = Claim {
    id: "Q6",
    source: "stackexchange12956",
    statement: "In recurrent batch normalization it works best to keep statistics for each time step apart.",
    takes: "LSTM over permuted pixels, statistics for each step and over the sequence, judged in evaluation \
        mode since both train alike",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: PIXELS,
                first: RECURRENT_BATCH,
                second: RECURRENT_BATCH,
                quantity: Quantity::LogLoss { of: "test_loss_population", against: "test_loss_shared" },
                expectation: Expectation::Lower { delta: 0.2 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 6.0,
    }),
    differs: "digits instead of the answer's general statement",
};
