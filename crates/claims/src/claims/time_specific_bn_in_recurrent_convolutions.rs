//! Batch normalization for each time step came with recurrent convolutional nets too.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{BATCH_PER_STEP, BATCH_SHARED_BY_STEPS, SHARED_STEPS};

pub(crate) static CLAIM: Claim = Claim {
    id: "Q14",
    source: "stackexchange12956",
    statement: "Recurrent convolutional nets, where batch normalization for each time step was proposed at \
        the same time, gain from it against statistics shared over steps.",
    takes: "shared residual convolutions on the digits, with statistics for each step and shared ones: the loss on test cases in evaluation mode",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: SHARED_STEPS,
                first: BATCH_PER_STEP,
                second: BATCH_SHARED_BY_STEPS,
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Lower { delta: 0.2 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 4.0,
    }),
    differs: "digits instead of CIFAR-10, 3 steps of 8 channels",
};
