//! Weight normalization suits learning that noise disturbs.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{BATCH, GRID_WORLD, PLAIN_MLP, WEIGHT_FROM_NO_DATA};

pub(crate) static CLAIM: Claim = Claim {
    id: "WN10",
    source: "salimans2016weight",
    statement: "In reinforcement learning weight normalization does no worse than plain weights, while the \
        noise of batch statistics does harm.",
    takes: "Q-network that learns its way through a grid world, plain, batch and weight: how much more \
        the best policy earns than theirs after the same number of steps",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: GRID_WORLD,
                first: WEIGHT_FROM_NO_DATA,
                second: PLAIN_MLP,
                quantity: Quantity::number("test_regret"),
                // Of the one that arriving earns, a twentieth.
                expectation: Expectation::LowerBy { margin: -0.05 },
            },
            Comparison {
                on: GRID_WORLD,
                first: BATCH,
                second: WEIGHT_FROM_NO_DATA,
                quantity: Quantity::number("test_regret"),
                expectation: Expectation::Higher { delta: 0.05 },
            },
        ],
        rule: Rule::All,
        core_minutes: 4.5,
    }),
    differs: "a grid world of 25 cells and a perceptron instead of four Atari games and a convolutional net; Adam; \
        rates are chosen by the error of the values, which are known there, instead of by what is earned; batch \
        normalization acts by running averages and is read by those of the population",
};
