//! In convolutional nets layer normalization helps, batch normalization more.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{BATCH, CLUTTERED, LAYER_CONV, PLAIN_CONV};

pub(crate) static CLAIM: Claim = Claim {
    id: "R11",
    source: "ba2016layer",
    statement: "A convolutional net learns faster with layer normalization than with none, and faster still \
        with batch normalization.",
    takes: "two convolutions on digits among clutter: the mean over the curve of the logarithm of the training loss, for batch, layer and none",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: CLUTTERED,
                first: LAYER_CONV,
                second: PLAIN_CONV,
                quantity: Quantity::number("mean_log_train_loss"),
                expectation: Expectation::Lower { delta: 0.05 },
            },
            Comparison {
                on: CLUTTERED,
                first: BATCH,
                second: LAYER_CONV,
                quantity: Quantity::number("mean_log_train_loss"),
                expectation: Expectation::Lower { delta: 0.05 },
            },
        ],
        rule: Rule::All,
        core_minutes: 3.0,
    }),
    differs: "digits among clutter and two convolutions; the paper names neither data nor net",
};
