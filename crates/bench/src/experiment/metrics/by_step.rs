//! How much statistics change from a step of a sequence to the next.

/// Mean relative change over the first five changes.
pub(crate) fn early(changes: &[f64]) -> Option<f64> {
    super::mean(changes.get(..5)?)
}

/// Mean relative change from the twentieth step on.
pub(crate) fn late(changes: &[f64]) -> Option<f64> {
    super::mean(changes.get(19..)?)
}

/// The relative changes of one statistic, `[steps][channels]`: the L2 norm of the difference to the step before, divided by that
/// of the step.
pub(crate) fn changes(steps: &[Vec<f64>]) -> Vec<f64> {
    let norm = |v: &mut dyn Iterator<Item = f64>| v.map(|v| v * v).sum::<f64>().sqrt();
    let change = |pair: &[Vec<f64>]| {
        let apart = norm(&mut pair[1].iter().zip(&pair[0]).map(|(a, b)| a - b));
        let size = norm(&mut pair[1].iter().copied());
        if size > 0.0 { apart / size } else { 0.0 }
    };
    steps.windows(2).map(change).collect()
}
