//! Spectral normalization holds the recurrent matrix at a gain of 1.

use crate::claim::{Claim, Evidence};
use crate::experiment::{Arm, Comparison, Expectation, Experiment, Protocol, Quantity, Rule, Setup};
use crate::setups::LIMITED;

/// Digits row by row through a simple recurrence. The budget is one on purpose.
const ROWS: Setup = Setup {
    workload: "digits-rnn-rows",
    protocol: Protocol {
        epochs: 15,
        batch_size: None,
        rates: &[1e-3, 3e-3, 1e-2, 3e-2],
        tuning: 2,
        judging: 10,
    },
};
const SPECTRAL: Arm = Arm::of("spectral", "spectral").with(LIMITED);

pub(crate) static CLAIM: Claim = Claim {
    id: "R43",
    source: "miyato2018spectral",
    statement: "Spectral normalization of the recurrent matrix keeps its largest singular value near 1 \
        throughout training.",
    takes: "recurrent net on the digits with spectral weights: the largest singular value after training, \
        within five per cent of 1",
    evidence: Evidence::Trained(Experiment {
        comparisons: &[Comparison {
            on: ROWS,
            first: SPECTRAL,
            second: SPECTRAL,
            quantity: Quantity::Level { of: "recurrent_singular_value", level: 1.0 },
            expectation: Expectation::Same { delta: 0.05 },
        }],
        rule: Rule::Primary,
        core_minutes: 1.0,
    }),
    differs: "a recurrent net instead of a discriminator; looked at after training alone",
};
