//! Cosine normalization speeds up convolutional nets.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{BATCH, CLUTTERED, COSINE, PLAIN_CONV};

pub(crate) static CLAIM: Claim = Claim {
    id: "CN6",
    source: "luo2018cosine",
    statement: "A convolutional net with cosine normalization needs fewer epochs than a plain one and no \
        more than with batch normalization.",
    takes: "convolutional net on digits among clutter, none, batch and cosine: the mean over the curve of the logarithm of the training loss, which falls with the epochs that a loss takes",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: CLUTTERED,
                first: COSINE,
                second: PLAIN_CONV,
                quantity: Quantity::number("mean_log_train_loss"),
                expectation: Expectation::Lower { delta: 0.05 },
            },
            Comparison {
                on: CLUTTERED,
                first: COSINE,
                second: BATCH,
                quantity: Quantity::number("mean_log_train_loss"),
                expectation: Expectation::LowerBy { margin: -0.05 },
            },
        ],
        rule: Rule::All,
        core_minutes: 4.0,
    }),
    differs: "digits among clutter instead of CIFAR and house numbers; a loss on the way instead of epochs until a share right",
};
