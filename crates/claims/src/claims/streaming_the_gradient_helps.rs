//! Averaging the gradient of the statistics helps.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Arm, Comparison, Expectation, Experiment, Quantity, Rule};
use crate::setups::{DIGITS, STREAMING};

const CURRENT: Arm =
    Arm::of("current gradients", "streaming").with(&[("beta_current", "1"), ("beta_long", "0")]);
const NONE: Arm = Arm::of("no gradients", "streaming").with(&[("beta_current", "0"), ("beta_long", "0")]);

pub(crate) static CLAIM: Claim = Claim {
    id: "SN8",
    source: "liao2016streaming",
    statement: "Averaging the gradients of the statistics over updates helps, and leaving them out clearly \
        harms.",
    takes: "streaming with averaged, current and no gradient of the statistics: how fast the training loss falls",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[
            Comparison {
                on: DIGITS,
                first: STREAMING,
                second: CURRENT,
                quantity: Quantity::number("mean_log_train_loss"),
                expectation: Expectation::Lower { delta: 0.05 },
            },
            Comparison {
                on: DIGITS,
                first: NONE,
                second: STREAMING,
                quantity: Quantity::number("mean_log_train_loss"),
                expectation: Expectation::Higher { delta: 0.05 },
            },
        ],
        rule: Rule::All,
        core_minutes: 1.5,
    }),
    differs: "digits instead of CIFAR-10",
};
