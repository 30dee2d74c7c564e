//! Input and recurrent term are better normalized apart.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{JOINT, PIXELS, RECURRENT_BATCH};

pub(crate) static CLAIM: Claim = Claim {
    id: "R23",
    source: "cooijmans2017recurrent",
    statement: "Normalizing the recurrent and the input term each by itself trains no worse than \
        normalizing their sum.",
    takes: "LSTM over permuted pixels: updates until four fifths are right, both ways",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: PIXELS,
                first: RECURRENT_BATCH,
                second: JOINT,
                quantity: Quantity::Steps,
                // Not more than a fifth more updates.
                expectation: Expectation::LowerBy { margin: -0.2 },
            },
        ],
        rule: Rule::Primary,
        core_minutes: 12.0,
    }),
    differs: "8 by 8 digits instead of MNIST",
};
