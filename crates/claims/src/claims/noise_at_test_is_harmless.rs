//! Noise left on at evaluation does not matter.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{PIXELS, RECURRENT_BATCH_FROM_NOISE};

pub(crate) static CLAIM: Claim = Claim {
    id: "R22",
    source: "cooijmans2017recurrent",
    statement: "Leaving the noise of the first state on at evaluation hardly changes how often the net is \
        right.",
    takes: "LSTM with noise of deviation 0.1 on its first state, read without noise and ten times with it: the mean share \
        right with noise against that without",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: PIXELS,
                first: RECURRENT_BATCH_FROM_NOISE,
                second: RECURRENT_BATCH_FROM_NOISE,
                quantity: Quantity::Number {
                    of: "test_accuracy_with_noise",
                    against: "test_accuracy_without_noise",
                },
                // Half a point.
                expectation: Expectation::Same { delta: 0.005 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 6.0,
    }),
    differs: "8 by 8 digits instead of MNIST",
};
