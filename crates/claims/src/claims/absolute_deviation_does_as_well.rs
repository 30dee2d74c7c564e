//! The mean absolute deviation does as well as the root mean square.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Arm, Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{DIGITS, STREAMING};

const ABSOLUTE: Arm = Arm::of("streaming, exponent 1", "streaming").with(&[("exponent", "1")]);

pub(crate) static CLAIM: Claim = Claim {
    id: "SN7",
    source: "liao2016streaming",
    statement: "Dividing by the mean absolute deviation is as good as dividing by the standard deviation, \
        and no slower.",
    takes: "streaming with exponents 1 and 2 on the digits: the test loss and the share right",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: DIGITS,
                first: ABSOLUTE,
                second: STREAMING,
                quantity: Quantity::log_loss("test_loss"),
                expectation: Expectation::Same { delta: 0.1 },
            },
            Comparison {
                on: DIGITS,
                first: ABSOLUTE,
                second: STREAMING,
                quantity: Quantity::number("test_accuracy"),
                // No more than a point lower.
                expectation: Expectation::HigherBy { margin: -0.01 },
            },
        ],
        rule: Rule::All,
        core_minutes: 1.0,
    }),
    differs: "digits instead of CIFAR-10; times are not compared, nor are exponents 1.5 and 3",
};
