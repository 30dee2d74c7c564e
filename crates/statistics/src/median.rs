//! An interval for a median.

use statrs::distribution::{Binomial, DiscreteCDF};

use crate::error::{Error, Result, check_level};
use crate::interval::Interval;

/// The interval for the median of whatever the values were drawn from, by their order alone: it lies between the `k`-th smallest and
/// the `k`-th largest value unless fewer than `k` of them fell on one of its sides, each of which has probability ½. Of fewer
/// than six values nothing is known at 0.95.
///
/// # Errors
///
/// [`Error::Level`]; [`Error::NoPairs`] of no value; [`Error::NoRank`] of a NaN.
pub fn median_interval(values: &[f64], level: f64) -> Result<Interval> {
    check_level(level)?;
    if values.is_empty() {
        return Err(Error::NoPairs);
    }
    if let Some(index) = values.iter().position(|v| v.is_nan()) {
        return Err(Error::NoRank { index, arm: "only", value: values[index] });
    }
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    let below = Binomial::new(0.5, n as u64).expect("½ is a probability");
    let tail = (1.0 - level) / 2.0;
    // The largest k with P(fewer than k on a side) at most the tail.
    let k = (1..=n.div_ceil(2)).take_while(|&k| below.cdf(k as u64 - 1) <= tail).last();
    Ok(k.map_or(Interval::WHOLE, |k| Interval { lower: sorted[k - 1], upper: sorted[n - k] }))
}
