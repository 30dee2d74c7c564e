//! Mean, spread and middle of one arm.

use crate::scaled::Scaled;

/// The mean; none of nothing, and none where it is undefined (a NaN, or infinities of both signs).
pub fn mean(values: &[f64]) -> Option<f64> {
    match finite(values) {
        Some(scaled) => Some(scaled.mean * scaled.unit),
        None if values.is_empty() => None,
        None => Some(values.iter().filter(|v| !v.is_finite()).sum::<f64>()).filter(|sum| !sum.is_nan()),
    }
}

/// The standard deviation, over n − 1; none of fewer than two values and none where one is not finite.
pub fn sd(values: &[f64]) -> Option<f64> {
    finite(values).filter(|scaled| scaled.n > 1).map(|scaled| scaled.sd * scaled.unit)
}

/// The median, with infinite values in their place: a run that never got there is longer than all that did. None of
/// nothing, and none where it is undefined (a NaN, or a middle between −∞ and +∞).
pub fn median(values: &[f64]) -> Option<f64> {
    if values.iter().any(|v| v.is_nan()) {
        return None;
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    middle(&sorted)
}

/// The middle of sorted numbers.
pub(crate) fn middle(sorted: &[f64]) -> Option<f64> {
    let n = sorted.len();
    // Two equal infinities have a middle, opposite ones do not.
    let middle = f64::midpoint(*sorted.get(n.wrapping_sub(1) / 2)?, sorted[n / 2]);
    (!middle.is_nan()).then_some(middle)
}

/// Moments of numbers that have them.
fn finite(values: &[f64]) -> Option<Scaled> {
    (!values.is_empty() && values.iter().all(|v| v.is_finite())).then(|| Scaled::of(values))
}
