//! Two nets that compute the same with units of different scales, side by side in training.

use norm_core::conformance::relative_difference;

use crate::path_sgd::{ReluNet, Update};
use crate::probe::Values;

/// What came of it.
pub(crate) struct Apart {
    /// Relative difference of the outputs before the first step.
    pub(crate) before: f64,
    /// The largest after any step.
    pub(crate) after: f64,
    /// The loss of the net whose units were left alone: at the first step over that at the last.
    pub(crate) fall: f64,
}

pub(crate) fn apart<N: ReluNet>(net: &N, copy: &N, update: Update, rate: f64, steps: usize) -> Apart {
    let (mut net, mut copy) = (net.clone(), copy.clone());
    let differ = |net: &N, copy: &N| relative_difference(&copy.output(), &net.output(), 0.0);
    let (before, mut after) = (differ(&net, &copy), 0.0f64);
    let mut losses = Vec::new();
    for _ in 0..steps {
        losses.push(net.step(update, rate));
        copy.step(update, rate);
        after = after.max(differ(&net, &copy));
    }
    Apart { before, after, fall: losses[0] / losses[steps - 1] }
}

/// The numbers of both updates under the names that start with theirs.
pub(crate) fn values(path_sgd: &Apart, sgd: &Apart) -> Values {
    Values::new()
        .with("path_sgd", path_sgd.after)
        .with("sgd", sgd.after)
        .with("function", path_sgd.before)
        .with("path_sgd_loss_fall", path_sgd.fall)
        .with("sgd_loss_fall", sgd.fall)
}
