//! What a network knows and what its running averages know.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{BN_RNN, PIXELS, RECURRENT_BATCH};

pub(crate) static CLAIM: Claim = Claim {
    id: "F4",
    source: "cooijmans2017recurrent",
    statement: "An LSTM with recurrent batch normalization that is read by the running averages of training loses more than \
        ten points of accuracy against statistics estimated anew; one with batch normalization of the inputs alone does not.",
    takes: "trained networks read in both ways: the share of right answers on the test cases",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: PIXELS,
                first: RECURRENT_BATCH,
                second: RECURRENT_BATCH,
                quantity: Quantity::Number { of: "test_accuracy_population", against: "test_accuracy_running" },
                expectation: Expectation::HigherBy { margin: 0.1 },
            },
            Comparison {
                on: PIXELS,
                first: BN_RNN,
                second: BN_RNN,
                quantity: Quantity::Number { of: "test_accuracy_population", against: "test_accuracy_running" },
                expectation: Expectation::LowerBy { margin: -0.1 },
            },
        ],
        rule: Rule::All,
        core_minutes: 11.0,
    }),
    differs: "a finding of our own: the authors estimate anew for the numbers they report, their text speaks of averages",
};
