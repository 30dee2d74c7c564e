//! Layer normalization serves an LSTM on sequences of several lengths in small batches.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{LAYER, LENGTHS_BY_8, LSTM, SEQUENCE_WISE_MASKED};

pub(crate) static CLAIM: Claim = Claim {
    id: "F5",
    source: "stackexchange12956",
    statement: "On sequences of several lengths in batches of 8, an LSTM with layer normalization ends with no higher loss than one \
        with sequence-wise batch normalization that leaves padding out, and than the plain one.",
    takes: "adding two marked numbers of 25 to 50, padded to the longest of a batch and masked: the test loss at the end",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: LENGTHS_BY_8,
                first: LAYER,
                second: SEQUENCE_WISE_MASKED,
                quantity: Quantity::log_loss("test_loss"),
                // A fifth more at most.
                expectation: Expectation::LowerBy { margin: -0.2 },
            },
            Comparison {
                on: LENGTHS_BY_8,
                first: LAYER,
                second: LSTM,
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::LowerBy { margin: -0.2 },
            },
        ],
        rule: Rule::All,
        core_minutes: 12.0,
    }),
    differs: "",
};
