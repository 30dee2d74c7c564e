//! Cosine normalization lowers the variance of units.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{COSINE_WITHOUT_GAIN, DIGITS, PLAIN_MLP};

pub(crate) static CLAIM: Claim = Claim {
    id: "CN2",
    source: "luo2018cosine",
    statement: "Throughout training the pre-activations of units with cosine normalization vary less than \
        those of plain ones.",
    takes: "perceptron on the digits, plain and cosine without gain: the variance of each layer's units over validation cases, mean over the passes",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: DIGITS,
                first: COSINE_WITHOUT_GAIN,
                second: PLAIN_MLP,
                quantity: Quantity::log_loss("unit_variance_1"),
                expectation: Expectation::Lower { delta: 0.1 },
            },
            Comparison {
                on: DIGITS,
                first: COSINE_WITHOUT_GAIN,
                second: PLAIN_MLP,
                quantity: Quantity::log_loss("unit_variance_2"),
                expectation: Expectation::Lower { delta: 0.1 },
            },
        ],
        rule: Rule::All,
        core_minutes: 1.0,
    }),
    differs: "digits instead of MNIST and news groups; the mean over training is compared, not each pass",
};
