//! Layer normalization does not care about the batch, batch normalization does.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{BATCH, DIGITS_BY_128, DIGITS_BY_4, LAYER_MLP};

pub(crate) static CLAIM: Claim = Claim {
    id: "R7",
    source: "ba2016layer",
    statement: "In batches of 128 batch normalization is as good as layer normalization or better, in batches of 4 it \
        is behind.",
    takes: "a perceptron in batches of 4 and of 128, as many passes: batch against layer norm by the test loss, in both",
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
