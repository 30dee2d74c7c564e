//! What made hidden-to-hidden batch normalization work.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{JOINT, JOINT_AT_ONE, PIXELS, RECURRENT_BATCH_AT_ONE};

pub(crate) static CLAIM: Claim = Claim {
    id: "R33",
    source: "cooijmans2017recurrent",
    statement: "Between the first, failed attempt at the recurrent term and the one that worked, the small \
        initial gain made the difference rather than the separation of both terms.",
    takes: "joint or separate terms times gain 1 or 0.1 on permuted pixels: updates until four fifths are \
        right",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: PIXELS,
                first: JOINT,
                second: JOINT_AT_ONE,
                quantity: Quantity::Steps,
                expectation: Expectation::Lower { delta: 0.2 },
            },
            Comparison {
                on: PIXELS,
                first: RECURRENT_BATCH_AT_ONE,
                second: JOINT_AT_ONE,
                quantity: Quantity::Steps,
                expectation: Expectation::Lower { delta: 0.2 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 24.0,
    }),
    differs: "one factorial experiment instead of two papers",
};
