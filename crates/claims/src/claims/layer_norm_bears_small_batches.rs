//! Layer normalization does not care about the batch, batch normalization does.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{BATCH, DIGITS_BY_128, DIGITS_BY_4, LAYER_MLP};

pub(crate) static CLAIM: Claim = Claim {
    id: "R7",
    source: "ba2016layer",
    statement: "Going from batches of 128 to batches of 4 costs layer normalization next to nothing and \
        batch normalization more.",
    takes: "perceptron on the digits, batches of 128 and of 4, batch norm in hidden layers and everywhere: \
        the error on test cases",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: DIGITS_BY_4,
                first: BATCH,
                second: LAYER_MLP,
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Higher { delta: 0.05 },
            },
            Comparison {
                on: DIGITS_BY_128,
                first: BATCH,
                second: LAYER_MLP,
                quantity: Quantity::log_loss("test_loss"),
                // Not worse by a tenth.
                expectation: Expectation::LowerBy { margin: -0.1 },
            },
        ],
        rule: Rule::All,
        core_minutes: 4.0,
    }),
    differs: "digits instead of MNIST, 100 units instead of 1000",
};
