//! The cell must be carried on as it is.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{ADDING, CARRIED_BATCH, CARRIED_LAYER, LAYER, PIXELS, RECURRENT_BATCH};

pub(crate) static CLAIM: Claim = Claim {
    id: "R24",
    source: "cooijmans2017recurrent",
    statement: "Normalizing the cell that is carried to the next step, and not only what the output gate \
        reads, makes an LSTM learn worse.",
    takes: "permuted pixels and the adding task through an LSTM with the cell carried on normalized and as it is: the test \
        loss at the end",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: PIXELS,
                first: CARRIED_BATCH,
                second: RECURRENT_BATCH,
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Higher { delta: 0.2 },
            },
            Comparison {
                on: ADDING,
                first: CARRIED_BATCH,
                second: RECURRENT_BATCH,
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Higher { delta: 0.2 },
            },
            Comparison {
                on: ADDING,
                first: CARRIED_LAYER,
                second: LAYER,
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Higher { delta: 0.2 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 30.0,
    }),
    differs: "small tasks; the paper tells of it without numbers",
};
