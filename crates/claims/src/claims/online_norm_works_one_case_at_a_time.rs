//! Online normalization trains one case at a time, and recurrent nets too.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Arm, Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{BATCH, CHARACTERS_RNN, DIGITS_BY_64_FOR_AN_UPDATE, LIMITED, ONES, RNN_LAYER};

const ONLINE_BY_ONES: Arm = Arm::of("online, one case at a time", "online").in_batches_of(1).with(ONES);
/// Of the sum of both projections, where layer normalization stands too.
const ONLINE_RNN: Arm = Arm::of("online", "online").at("joint").with(LIMITED);

pub(crate) static CLAIM: Claim = Claim {
    id: "R40",
    source: "chiley2019online",
    statement: "Online normalization trains with single cases, and in recurrent nets it does no worse than \
        layer normalization.",
    takes: "perceptron one case at a time against batch normalization of 64: the share right; tanh character net against layer \
        normalization: the test loss by what is stored",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: DIGITS_BY_64_FOR_AN_UPDATE,
                first: ONLINE_BY_ONES,
                second: BATCH,
                quantity: Quantity::number("test_accuracy_running"),
                // Two points below at most.
                expectation: Expectation::HigherBy { margin: -0.02 },
            },
            Comparison {
                on: CHARACTERS_RNN,
                first: ONLINE_RNN,
                second: RNN_LAYER,
                quantity: Quantity::LogLoss { of: "test_loss_running", against: "test_loss" },
                // Not higher by two hundredths.
                expectation: Expectation::LowerBy { margin: -0.02 },
            },
        ],
        rule: Rule::All,
        core_minutes: 30.0,
    }),
    differs: "digits and a small text instead of ImageNet and Penn Treebank",
};
