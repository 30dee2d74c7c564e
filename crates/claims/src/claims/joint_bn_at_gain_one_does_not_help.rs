//! Batch normalization of the recurrent sum at gain 1 does not help, save at rates where the plain net fails.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{CHARACTERS_RNN, RNN, RNN_JOINT};

pub(crate) static CLAIM: Claim = Claim {
    id: "R32",
    source: "laurent2016batch",
    statement: "Batch normalization of the sum of both terms, from a gain of 1, never beats the plain \
        recurrent net, except at rates so high that the plain one diverges.",
    takes: "tanh character net, a grid of rates up to divergent ones: the best validation loss at each rate",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: CHARACTERS_RNN,
                first: RNN_JOINT,
                second: RNN,
                quantity: Quantity::log_loss("best_valid_loss"),
                // No gain of a hundredth.
                expectation: Expectation::HigherBy { margin: -0.01 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 4.0,
    }),
    differs: "one layer instead of three, a small text",
};
