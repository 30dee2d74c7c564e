//! Where claims are decided: workloads under protocols that several claims share, so that they share cells.

use crate::experiment::{Protocol, Setup};

/// What every arm of a recurrent claim has in common: the forget gate starts open and the whole gradient is limited, for
/// the plain network too (cooijmans2017recurrent's code does both for both).
pub(crate) const COMMON: &[(&str, &str)] = &[("clip", "1"), ("forget_bias", "1")];

/// Permuted pixels through an LSTM.
pub(crate) const PIXELS: Setup = Setup {
    workload: "digits-lstm-64",
    protocol: Protocol { epochs: 30, batch_size: None, rates: &[1e-3, 3e-3, 1e-2], tuning: 2, judging: 10 },
};
