//! Leaving out the mean costs nothing and saves time.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{CHARACTERS, LAYER, RMS};

pub(crate) static CLAIM: Claim = Claim {
    id: "R37",
    source: "zhang2019rms",
    statement: "Dividing by the root mean square alone gives the same quality as layer normalization in \
        less time.",
    takes: "character LSTM with either: bits for each character within one per cent, and the time of a step",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: CHARACTERS,
                first: RMS,
                second: LAYER,
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Same { delta: 0.01 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 8.0,
    }),
    differs: "a small character LSTM instead of translation",
};
