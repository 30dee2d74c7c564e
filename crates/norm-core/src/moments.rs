//! Mean and second central moment from one sweep: deviations from a guess at the mean are added up, and their squares.
//!
//! Sums of the values themselves would cancel far from zero. Around a guess taken from the data they do not, unless
//! what it was taken from is unlike the rest; that shows in the sums, and then a second sweep starts from the mean
//! that was found.

/// Values whose mean is the guess. A power of two, so that equal values have exactly their own value as mean.
pub(crate) const SAMPLES: usize = 8;

/// Of the `i`-th sample out of `len` values.
#[inline(always)]
pub(crate) fn sample(i: usize, len: usize) -> usize {
    i * len / SAMPLES
}

/// What the sums say.
pub(crate) struct Moments {
    pub(crate) mean: f64,
    /// Mean squared deviation from it.
    pub(crate) variance: f64,
    /// The guess was so far off that the squares lost more than two bits.
    pub(crate) lost: bool,
}

impl Moments {
    /// Of `n` values, from the sums of their deviations from `center` and of the squares of these.
    #[inline(always)]
    pub(crate) fn around(center: f64, sum: f64, squares: f64, n: f64) -> Self {
        let left = squares - sum * (sum / n);
        // Not `max`, which would swallow a NaN.
        let variance = if left < 0.0 { 0.0 } else { left / n };
        Self { mean: center + sum / n, variance, lost: left * 4.0 < squares }
    }
}
