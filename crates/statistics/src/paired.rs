//! The paired t test.

use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::Direction;
use crate::equivalence::Equivalence;
use crate::error::{Error, Result, check_delta, check_level, check_pairs};
use crate::interval::Interval;
use crate::scaled::Scaled;

/// The differences of pairs, taken as a sample of a normal distribution.
///
/// Three samples show no spread that a t test could use:
///
/// * *One pair.* Nothing is known: p is 1 and every interval the whole line.
/// * *All differences exactly 0*, of two pairs or more: the arms are [identical](Self::identical). p is 1, every
///   interval is the point 0, and they are equivalent within any δ. This is meant for runs whose bits agree; counts of
///   solved cases, which are often equal by chance, belong to [`mcnemar`](crate::mcnemar()).
/// * *All differences the same and not 0*, up to the rounding of the subtraction. No spread would make t infinite and p 0,
///   out of two pairs as well as out of ten. What the pairs can show without one is that n signs agree, so p is that of the
///   sign test, 2¹⁻ⁿ. An interval is the point where that is at most 1 − level (from six pairs on at 95 %, five at
///   90 %), and the whole line otherwise.
#[derive(Debug, Clone)]
pub struct Paired {
    differences: Vec<f64>,
    scaled: Scaled,
    spread: Spread,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Spread {
    /// Two pairs or more, and no difference.
    Identical,
    /// One pair, or the same difference in all.
    Constant,
    Ordinary,
}

impl Paired {
    /// Pairs of values at the same place in both arms. Refuses arms of different lengths, no pairs, and a difference that
    /// is not finite: diverged runs are compared by [ranks](crate::Wilcoxon).
    pub fn new(first: &[f64], second: &[f64]) -> Result<Self> {
        check_pairs(first, second)?;
        let differences: Vec<f64> = first.iter().zip(second).map(|(a, b)| a - b).collect();
        if let Some(index) = differences.iter().position(|d| !d.is_finite()) {
            return Err(Error::NotFinite { index, first: first[index], second: second[index] });
        }
        let scaled = Scaled::of(&differences);
        let largest = first.iter().chain(second).fold(0.0_f64, |m, v| m.max(v.abs()));
        // Each number is rounded once where it was computed, and so is the difference. Around 0 such a spread is no
        // constant difference: there the signs differ, and the t test says the right thing.
        let rounding = 2.0 * f64::EPSILON * largest / scaled.unit;
        let constant = scaled.sd == 0.0 || (scaled.sd <= rounding && scaled.mean.abs() > 8.0 * rounding);
        let spread = if scaled.n > 1 && differences.iter().all(|d| *d == 0.0) {
            Spread::Identical
        } else if constant {
            Spread::Constant
        } else {
            Spread::Ordinary
        };
        Ok(Self { differences, scaled, spread })
    }

    /// First arm − second arm, pair by pair.
    pub fn differences(&self) -> &[f64] {
        &self.differences
    }

    /// The number of pairs.
    pub fn n(&self) -> usize {
        self.scaled.n
    }

    /// The mean difference.
    pub fn mean(&self) -> f64 {
        self.scaled.mean * self.scaled.unit
    }

    /// The standard deviation of the differences, over n − 1; none of one pair.
    pub fn sd(&self) -> Option<f64> {
        (self.n() > 1).then_some(self.scaled.sd * self.scaled.unit)
    }

    /// Whether two pairs or more were compared and no pair differs in a bit that counts.
    pub fn identical(&self) -> bool {
        self.spread == Spread::Identical
    }

    /// On which side of the second arm the first one's mean lies.
    pub fn direction(&self) -> Option<Direction> {
        Direction::of(self.scaled.mean)
    }

    /// The interval of the mean difference at a level such as 0.95.
    pub fn interval(&self, level: f64) -> Result<Interval> {
        check_level(level)?;
        Ok(self.interval_at(level))
    }

    fn interval_at(&self, level: f64) -> Interval {
        let Scaled { unit, mean, .. } = self.scaled;
        match self.spread {
            Spread::Identical => Interval::point(0.0),
            Spread::Constant if self.p_of_signs() <= 1.0 - level => Interval::point(self.mean()),
            Spread::Constant => Interval::WHOLE,
            Spread::Ordinary => {
                // From the lower tail, whose probability keeps its digits at any level.
                let half = -self.student().inverse_cdf((1.0 - level) / 2.0) * self.error();
                Interval { lower: (mean - half) * unit, upper: (mean + half) * unit }
            }
        }
    }

    /// The two-sided p of no mean difference.
    pub fn p(&self) -> f64 {
        self.p_against(0.0)
    }

    /// The two-sided p of a mean difference of `value`, finite: below 1 − level where the interval at that level leaves
    /// `value` out.
    pub(crate) fn p_against(&self, value: f64) -> f64 {
        let value = value / self.scaled.unit;
        match self.spread {
            _ if self.spread != Spread::Ordinary && self.scaled.mean == value => 1.0,
            Spread::Identical => 0.0,
            Spread::Constant => self.p_of_signs(),
            Spread::Ordinary => {
                let t = (self.scaled.mean - value) / self.error();
                (2.0 * self.student().sf(t.abs())).min(1.0)
            }
        }
    }

    /// Two one-sided t tests against ±δ: whether the mean difference is smaller than δ in size.
    pub fn equivalence(&self, delta: f64) -> Result<Equivalence> {
        check_delta(delta)?;
        let limit = delta / self.scaled.unit;
        let p = match self.spread {
            Spread::Identical => 0.0,
            // Half of the two-sided value, as for any one-sided test.
            Spread::Constant if self.scaled.mean.abs() < limit => self.p_of_signs() / 2.0,
            Spread::Constant => 1.0,
            Spread::Ordinary => {
                let student = self.student();
                let below = student.sf((self.scaled.mean + limit) / self.error());
                let above = student.cdf((self.scaled.mean - limit) / self.error());
                below.max(above)
            }
        };
        Ok(Equivalence::new(delta, p, self.interval_at(Equivalence::LEVEL)))
    }

    /// The standard error of the mean, scaled.
    fn error(&self) -> f64 {
        self.scaled.sd / (self.n() as f64).sqrt()
    }

    fn student(&self) -> StudentsT {
        StudentsT::new(0.0, 1.0, (self.n() - 1) as f64).expect("a spread needs two pairs")
    }

    /// Two-sided p of n equal signs; 1 for one pair.
    fn p_of_signs(&self) -> f64 {
        0.5_f64.powi(self.n() as i32 - 1)
    }
}
