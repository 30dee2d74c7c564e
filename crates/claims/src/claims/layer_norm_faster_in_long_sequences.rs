//! Layer normalization speeds up recurrent nets on long sequences in small batches.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{LAYER, LSTM, PIXELS_BY_8};

pub(crate) static CLAIM: Claim = Claim {
    id: "R8",
    source: "ba2016layer",
    statement: "On long sequences in batches of 8, a recurrent net with layer normalization reaches the \
        same loss in fewer updates than the plain one.",
    takes: "permuted pixels through an LSTM in batches of 8: the updates until the target, plain and layer",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: PIXELS_BY_8,
                first: LAYER,
                second: LSTM,
                quantity: Quantity::Steps,
                expectation: Expectation::Lower { delta: 0.1 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 12.0,
    }),
    differs: "64 pixels instead of 700 pen strokes, one small LSTM instead of three large ones",
};
