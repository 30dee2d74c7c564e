//! With the right nonlinearities random filters nearly suffice.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Arm, Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::CLUTTERED;

/// Filters that stay as they start.
const AT_RANDOM: &[(&str, &str)] = &[("filters", "random")];
const CONTRAST: Arm = Arm::of("local contrast", "local-contrast");
const CONTRAST_AT_RANDOM: Arm = Arm::of("local contrast, random filters", "local-contrast").with(AT_RANDOM);
const PLAIN_AT_RANDOM: Arm = Arm::of("plain, random filters", "none").with(AT_RANDOM);

pub(crate) static CLAIM: Claim = Claim {
    id: "LC2",
    source: "jarrett2009best",
    statement: "Where stages rectify and normalize, filters left at random are nearly as good as trained \
        ones, and without these parts they are much worse.",
    takes: "two convolutions, each rectified, on digits among clutter, filters random and trained: the distance of the shares right, below five points; and how far a net without normalization stays behind at random",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: CLUTTERED,
                first: CONTRAST_AT_RANDOM,
                second: CONTRAST,
                quantity: Quantity::number("test_accuracy"),
                // Five points below at most.
                expectation: Expectation::HigherBy { margin: -0.05 },
            },
            Comparison {
                on: CLUTTERED,
                first: PLAIN_AT_RANDOM,
                second: CONTRAST_AT_RANDOM,
                quantity: Quantity::number("test_accuracy"),
                // Five points below at least.
                expectation: Expectation::LowerBy { margin: 0.05 },
            },
        ],
        rule: Rule::All,
        core_minutes: 4.0,
    }),
    differs: "digits among clutter instead of Caltech 101; normalized before the rectification, which keeps positive sums alone",
};
