//! How far numbers are apart. Every maximum over differences is taken here: `f64::max` leaves a NaN out, and a gradient of
//! NaN would be no difference at all.

use crate::value::Elem;

/// The largest of several differences; a NaN among them is infinitely far.
pub fn largest(differences: impl IntoIterator<Item = f64>) -> f64 {
    differences.into_iter().fold(0.0, |m: f64, d| if d.is_nan() { f64::INFINITY } else { m.max(d) })
}

/// The largest difference between two lists. Equal values are 0 apart, infinities among them; a NaN is infinitely far from
/// everything, and so are lists of different lengths.
pub fn difference<T: Elem>(a: &[T], b: &[T]) -> f64 {
    if a.len() != b.len() {
        return f64::INFINITY;
    }
    largest(a.iter().zip(b).map(|(a, b)| if a == b { 0.0 } else { (a.to_f64() - b.to_f64()).abs() }))
}

/// The largest difference, relative to the largest magnitude of `judge`, and to `least` where that is smaller.
pub fn relative_difference<T: Elem>(got: &[T], judge: &[T], least: f64) -> f64 {
    difference(got, judge) / peak(judge).max(least).max(f64::MIN_POSITIVE)
}

/// The largest magnitude that is a number.
pub fn peak<T: Elem>(v: &[T]) -> f64 {
    v.iter().map(|v| v.to_f64().abs()).filter(|v| v.is_finite()).fold(0.0, f64::max)
}
