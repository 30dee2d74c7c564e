//! The initial gain makes a difference to where training ends.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{CHARACTERS, PIXELS, RECURRENT_BATCH, RECURRENT_BATCH_AT_ONE};

pub(crate) static CLAIM: Claim = Claim {
    id: "Q7",
    source: "stackexchange12956",
    statement: "A gain that starts at 0.1 rather than 1 makes a large difference to the final result of \
        recurrent batch normalization.",
    takes: "the loss at the full budget, on a task judged at its end and on one judged at every step, where \
        the difference is said to vanish",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: PIXELS,
                first: RECURRENT_BATCH,
                second: RECURRENT_BATCH_AT_ONE,
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Lower { delta: 0.2 },
            },
            Comparison {
                on: CHARACTERS,
                first: RECURRENT_BATCH,
                second: RECURRENT_BATCH_AT_ONE,
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Lower { delta: 0.02 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 20.0,
    }),
    differs: "small tasks; final loss and speed are told apart",
};
