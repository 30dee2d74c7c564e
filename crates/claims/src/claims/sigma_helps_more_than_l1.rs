//! A constant in the divisor helps recurrent nets, the penalty on activity less.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Arm, Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{CHARACTERS_RNN, RNN_LAYER};

const LAYER_WITH_SIGMA: Arm = Arm::of("layer, sigma 1", "layer").with(&[("clip", "1"), ("eps", "1")]);
const LAYER_WITH_PENALTY: Arm =
    Arm::of("layer, penalty", "layer").with(&[("activity_penalty", "0.01"), ("clip", "1")]);

pub(crate) static CLAIM: Claim = Claim {
    id: "R38",
    source: "ren2017normalizing",
    statement: "In recurrent nets a sizeable constant under the root makes layer normalization better, and \
        a penalty on absolute activity adds less than that.",
    takes: "tanh character net: layer norm, with 1 under the root, and with a hundredth of the mean size of hidden states added to what is minimized: the test loss",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: CHARACTERS_RNN,
                first: LAYER_WITH_SIGMA,
                second: RNN_LAYER,
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Lower { delta: 0.01 },
            },
            Comparison {
                on: CHARACTERS_RNN,
                first: LAYER_WITH_SIGMA,
                second: LAYER_WITH_PENALTY,
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Lower { delta: 0.01 },
            },
        ],
        rule: Rule::All,
        core_minutes: 4.0,
    }),
    differs: "a small text instead of Penn Treebank; the penalty is on hidden states, not on pre-activations; both together and divisive normalization are not compared",
};
