//! Wilcoxon's signed ranks, for numbers that may be infinite.

use crate::Direction;
use crate::error::{Error, Result, check_level, check_pairs};
use crate::interval::Interval;
use crate::signed_ranks::{outside, two_sided};
use crate::summary::middle;

/// Wilcoxon's signed-rank test (Wilcoxon 1945) with the Hodges–Lehmann estimate of the difference.
///
/// A value of `+∞` is a run that never got there, or a loss that diverged. Two of them in a pair are a tie, a difference of
/// 0; one of them against any number is the largest of all differences, and all such differences share one rank.
///
/// Differences of 0 are ranked and then left out of the sum, as Pratt (1959) does. Dropping them before ranking would make
/// the smallest other difference count as much as if no pair had been a tie. Equal differences share the mean of their ranks,
/// and differences that only rounding tells apart are equal.
///
/// The distribution of p is counted, ties and zeros included, up to 100 differences, and normal beyond. It is conditional on the
/// ranks, so p has few values: with five pairs or fewer it is never below 0.05.
#[derive(Debug, Clone)]
pub struct Wilcoxon {
    differences: Vec<f64>,
    /// Twice the rank of each difference that is not 0.
    ranks: Vec<u64>,
    /// Twice the sum of the ranks of positive differences.
    positive: u64,
}

impl Wilcoxon {
    /// Pairs of values at the same place in both arms. Refuses arms of different lengths, no pairs, NaN and `−∞`.
    pub fn new(first: &[f64], second: &[f64]) -> Result<Self> {
        check_pairs(first, second)?;
        for (arm, values) in [("first", first), ("second", second)] {
            if let Some(index) = values.iter().position(|v| v.is_nan() || *v == f64::NEG_INFINITY) {
                return Err(Error::NoRank { index, arm, value: values[index] });
            }
        }
        let pairs = || first.iter().zip(second);
        // Equal values first: the difference of two infinities is no number.
        let differences: Vec<f64> = pairs().map(|(a, b)| if a == b { 0.0 } else { a - b }).collect();
        // How far apart two equal differences may come out: one rounding of each number and one of the difference.
        let rounding = pairs().map(|(a, b)| 2.0 * f64::EPSILON * a.abs().max(b.abs()));
        let rounding = differences.iter().zip(rounding).map(|(d, r)| if d.is_finite() { r } else { 0.0 });

        let mut sized: Vec<(f64, f64, bool)> =
            differences.iter().zip(rounding).map(|(d, r)| (d.abs(), r, *d > 0.0)).collect();
        sized.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (mut ranks, mut positive, mut from) = (Vec::with_capacity(sized.len()), 0, 0);
        while from < sized.len() {
            let tied = sized[from..].windows(2).take_while(|w| ties(w[0], w[1])).count() + 1;
            // The mean of the ranks from + 1 to from + tied, twice.
            let doubled = (2 * from + tied + 1) as u64;
            if sized[from].0 > 0.0 {
                for (_, _, above) in &sized[from..from + tied] {
                    ranks.push(doubled);
                    positive += if *above { doubled } else { 0 };
                }
            }
            from += tied;
        }
        Ok(Self { differences, ranks, positive })
    }

    /// First arm − second arm, pair by pair.
    pub fn differences(&self) -> &[f64] {
        &self.differences
    }

    /// The number of pairs, ties included.
    pub fn n(&self) -> usize {
        self.differences.len()
    }

    /// The sum of the ranks of positive differences.
    pub fn statistic(&self) -> f64 {
        self.positive as f64 / 2.0
    }

    /// The two-sided p of differences that are as often above as below 0, and as far.
    pub fn p(&self) -> f64 {
        two_sided(&self.ranks, self.positive)
    }

    /// On which side of the second arm the first one lies, by the sum of ranks.
    pub fn direction(&self) -> Option<Direction> {
        let total: u64 = self.ranks.iter().sum();
        Direction::of(2.0 * self.positive as f64 - total as f64)
    }

    /// The Hodges–Lehmann estimate: the median of the means of all pairs of differences, each with itself too. None where it
    /// is not finite, and none where either arm has a pair in which it alone is infinite: no shift relates such arms.
    pub fn estimate(&self) -> Option<f64> {
        middle(&self.means()?).filter(|estimate| estimate.is_finite())
    }

    /// The interval of the shift between the arms at a level such as 0.95, from the distribution without ties, so that with
    /// ties and zeros it is rather too wide. It is the whole line for too few pairs (below six at 95 %, five at 90 %), has an
    /// infinite end where infinite differences reach into it, and there is none where there is no [estimate](Self::estimate).
    pub fn interval(&self, level: f64) -> Result<Option<Interval>> {
        check_level(level)?;
        let Some(means) = self.means() else { return Ok(None) };
        if self.estimate().is_none() {
            return Ok(None);
        }
        Ok(Some(match outside(self.n(), level) {
            None => Interval::WHOLE,
            Some(k) => Interval { lower: means[k - 1], upper: means[means.len() - k] },
        }))
    }

    /// The means of all pairs of differences, in order; none with infinities of both signs.
    fn means(&self) -> Option<Vec<f64>> {
        let d = &self.differences;
        if d.contains(&f64::INFINITY) && d.contains(&f64::NEG_INFINITY) {
            return None;
        }
        let mut means: Vec<f64> =
            (0..d.len()).flat_map(|i| d[i..].iter().map(move |other| f64::midpoint(d[i], *other))).collect();
        means.sort_by(f64::total_cmp);
        Some(means)
    }
}

/// Whether two sizes of differences, each with its rounding, are the same number. 0 is nothing but 0.
fn ties(a: (f64, f64, bool), b: (f64, f64, bool)) -> bool {
    a.0 == b.0 || (a.0 > 0.0 && b.0 - a.0 <= a.1.max(b.1))
}
