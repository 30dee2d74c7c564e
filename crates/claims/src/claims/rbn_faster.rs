//! Recurrent batch normalization trains faster than the plain LSTM.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{LSTM, LSTM_OF_THE_PAPER, PIXELS, RECURRENT_BATCH, RECURRENT_BATCH_OF_THE_PAPER};

pub(crate) static CLAIM: Claim = Claim {
    id: "R15",
    source: "cooijmans2017recurrent",
    statement: "An LSTM with recurrent batch normalization reaches the same accuracy in half the updates or fewer.",
    takes: "permuted pixels through an LSTM; the updates until four fifths of the validation cases are right",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: PIXELS,
                first: RECURRENT_BATCH,
                second: LSTM,
                quantity: Quantity::Steps,
                // Ln 2: half the updates.
                expectation: Expectation::LowerBy { margin: 0.693 },
            },
            Comparison {
                on: PIXELS,
                first: RECURRENT_BATCH_OF_THE_PAPER,
                second: LSTM_OF_THE_PAPER,
                quantity: Quantity::Steps,
                expectation: Expectation::LowerBy { margin: 0.693 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 22.0,
    }),
    differs: "8 by 8 digits instead of MNIST, 32 units instead of 100, Adam instead of RMSProp",
};
