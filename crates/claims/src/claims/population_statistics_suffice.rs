//! Running averages stand for the statistics of all data.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{BATCH, DIGITS};

pub(crate) static CLAIM: Claim = Claim {
    id: "R4",
    source: "ioffe2015batch",
    statement: "Once training is over, running averages of batch statistics classify as well as statistics \
        estimated anew from all training data.",
    takes: "a trained perceptron read by running averages and by statistics estimated anew: the share of right answers",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: DIGITS,
                first: BATCH,
                second: BATCH,
                quantity: Quantity::Number { of: "test_accuracy_running", against: "test_accuracy_population" },
                // One point.
                expectation: Expectation::Same { delta: 0.01 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 1.0,
    }),
    differs: "digits and a perceptron instead of ImageNet and Inception",
};
