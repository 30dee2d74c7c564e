//! Whether one arm varies more than the other.

use statrs::distribution::{ContinuousCDF, StudentsT};

use crate::error::{Error, Result, check_delta, check_level, check_pairs};
use crate::interval::Interval;
use crate::scaled::Scaled;
use crate::{Direction, Equivalence, PairedTest};

/// The test of Pitman (1939) and Morgan (1939) for the standard deviations of paired numbers, taken as a sample of a normal
/// distribution with any correlation. Two variances are equal where sum and difference of a pair are not correlated.
///
/// The statistic has a closed form: with `l` the logarithm of the ratio of deviations, `l₀` a supposed one and `r` the correlation
/// of the arms, `t = sinh(l − l₀) √(n − 2) / √(1 − r²)` with n − 2 degrees of freedom.
///
/// Fewer than three pairs say nothing, nor does an arm without any spread beside one with some: p is 1 and every interval the
/// whole line. Arms that agree in every bit have equal spreads. The test is exact for normal numbers; heavy tails make it
/// find differences too often.
#[derive(Debug, Clone)]
pub struct PairedSpread {
    n: usize,
    log_ratio: f64,
    /// `√(1 − r²) / √(n − 2)`; none where nothing is known.
    error: Option<f64>,
}

impl PairedSpread {
    /// Pairs of values at the same place in both arms. Refuses arms of different lengths, no pairs, and a value that is not
    /// finite.
    pub fn new(first: &[f64], second: &[f64]) -> Result<Self> {
        check_pairs(first, second)?;
        let both = || first.iter().zip(second);
        if let Some(index) = both().position(|(a, b)| !(a.is_finite() && b.is_finite())) {
            return Err(Error::NotFinite { index, first: first[index], second: second[index] });
        }
        let n = first.len();
        if n > 2 && both().all(|(a, b)| a == b) {
            return Ok(Self { n, log_ratio: 0.0, error: Some(0.0) });
        }
        let (a, b) = (Scaled::of(first), Scaled::of(second));
        let log_ratio = (a.sd / b.sd).ln() + (a.unit / b.unit).ln();
        if n < 3 || a.sd == 0.0 || b.sd == 0.0 {
            return Ok(Self { n, log_ratio, error: None });
        }
        let products = both().map(|(x, y)| (x / a.unit - a.mean) * (y / b.unit - b.mean));
        let r = products.sum::<f64>() / ((n - 1) as f64 * a.sd * b.sd);
        // Rounding can leave a correlation a little beyond 1.
        let error = ((1.0 - r) * (1.0 + r)).max(0.0).sqrt() / ((n - 2) as f64).sqrt();
        Ok(Self { n, log_ratio, error: Some(error) })
    }

    /// The number of pairs.
    pub fn n(&self) -> usize {
        self.n
    }

    /// The natural logarithm of the first arm's standard deviation divided by the second's. Infinite where one has none, not a
    /// number where neither has.
    pub fn log_ratio(&self) -> f64 {
        self.log_ratio
    }

    /// The interval of that logarithm at a level such as 0.95.
    pub fn interval(&self, level: f64) -> Result<Interval> {
        check_level(level)?;
        Ok(match self.error {
            None => Interval::WHOLE,
            Some(0.0) => Interval::point(self.log_ratio),
            Some(error) => {
                let half = (-self.student().inverse_cdf((1.0 - level) / 2.0) * error).asinh();
                Interval { lower: self.log_ratio - half, upper: self.log_ratio + half }
            }
        })
    }

    fn student(&self) -> StudentsT {
        StudentsT::new(0.0, 1.0, (self.n - 2) as f64).expect("an error needs three pairs")
    }
}

impl PairedTest for PairedSpread {
    fn p(&self) -> f64 {
        match self.error {
            None => 1.0,
            Some(_) if self.log_ratio == 0.0 => 1.0,
            Some(0.0) => 0.0,
            Some(error) => (2.0 * self.student().sf((self.log_ratio.sinh() / error).abs())).min(1.0),
        }
    }

    fn direction(&self) -> Option<Direction> {
        self.error.and_then(|_| Direction::of(self.log_ratio))
    }

    fn within(&self, delta: f64) -> Result<bool> {
        check_delta(delta)?;
        Ok(self.interval(Equivalence::LEVEL)?.within(delta))
    }
}
