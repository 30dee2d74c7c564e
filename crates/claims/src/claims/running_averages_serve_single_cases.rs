//! Single cases read by running averages do as well as large batches.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{BN_RNN, PIXELS};

pub(crate) static CLAIM: Claim = Claim {
    id: "R36",
    source: "amodei2016deep",
    statement: "Single cases read with running averages from training are no more often wrong than large \
        batches read by their own statistics.",
    takes: "an LSTM with batch normalization of its inputs: the share of right answers by running averages, and by statistics of batches of 256",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: PIXELS,
                first: BN_RNN,
                second: BN_RNN,
                quantity: Quantity::Number { of: "test_accuracy_running", against: "test_accuracy_batch" },
                // Not a point worse.
                expectation: Expectation::HigherBy { margin: -0.01 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 6.0,
    }),
    differs: "pixels of digits instead of speech",
};
