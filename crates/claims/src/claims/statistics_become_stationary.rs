//! Statistics settle after the first steps of a sequence.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{CHARACTERS, RECURRENT_BATCH};

pub(crate) static CLAIM: Claim = Claim {
    id: "R19",
    source: "cooijmans2017recurrent",
    statement: "Along a sequence, the statistics of each step change at the beginning and then stay where \
        they are.",
    takes: "trained character LSTM: how much stored means and variances behind the recurrence change from step to step from the twentieth on, half at most of what the first five changes are",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: CHARACTERS,
                first: RECURRENT_BATCH,
                second: RECURRENT_BATCH,
                quantity: Quantity::LogLoss { of: "step_change_late", against: "step_change_early" },
                // Ln 2: half of the change.
                expectation: Expectation::LowerBy { margin: 0.693 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 4.0,
    }),
    differs: "a small public text instead of Penn Treebank",
};
