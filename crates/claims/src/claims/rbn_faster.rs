//! Recurrent batch normalization trains faster than the plain LSTM.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Arm, Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{COMMON, PIXELS};

pub(crate) static CLAIM: Claim = Claim {
    id: "R15",
    source: "cooijmans2017recurrent",
    statement: "An LSTM with recurrent batch normalization reaches the same accuracy in half the updates or fewer.",
    takes: "permuted pixels through an LSTM; the updates until four fifths of the validation cases are right",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[Comparison {
            on: PIXELS,
            first: Arm::of("recurrent batch", "recurrent-batch").with(COMMON),
            second: Arm::of("plain", "none").with(COMMON),
            quantity: Quantity::Steps,
            // ln 2: half the updates.
            expectation: Expectation::LowerBy { margin: 0.693 },
        }],
        rule: Rule::Primary,
        core_minutes: 40.0,
    }),
    differs: "8 by 8 digits instead of MNIST, 32 units instead of 100, Adam instead of RMSProp",
};
