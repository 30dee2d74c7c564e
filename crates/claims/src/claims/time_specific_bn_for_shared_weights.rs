//! Where weights are shared over steps, statistics must not be.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Arm, Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{BATCH_PER_STEP, BATCH_SHARED_BY_STEPS, SHARED_STEPS};

pub(crate) static CLAIM: Claim = Claim {
    id: "R28",
    source: "liao2016bridging",
    statement: "When one block serves all steps, batch normalization with statistics of its own for each \
        step is more often right at evaluation than with shared ones.",
    takes: "shared residual convolutions on the digits, all shared, statistics for each step, statistics and affine part for each step: the share right in evaluation mode, a point apart",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: SHARED_STEPS,
                first: BATCH_PER_STEP,
                second: BATCH_SHARED_BY_STEPS,
                quantity: Quantity::number("test_accuracy"),
                // One point.
                expectation: Expectation::HigherBy { margin: 0.01 },
            },
            Comparison {
                on: SHARED_STEPS,
                first: Arm::of("all per step", "time-batch").at("all per step"),
                second: BATCH_SHARED_BY_STEPS,
                quantity: Quantity::number("test_accuracy"),
                expectation: Expectation::HigherBy { margin: 0.01 },
            },
        ],
        rule: Rule::All,
        core_minutes: 5.0,
    }),
    differs: "digits instead of CIFAR-10, 3 steps of 8 channels",
};
