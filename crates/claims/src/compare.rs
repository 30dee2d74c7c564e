//! One comparison: numbers of pairs, the test that fits them, what it says.

use results::{ConvergenceRecord, Effect, Outcome, PairedQuantity, Pairing, Side, Verdict};
use statistics::{
    ALPHA, Decision, Direction, Interval, Paired, PairedSpread, PairedTest, Wilcoxon, decide, mcnemar,
};

use crate::experiment::{Comparison, Expectation, Quantity};

/// The number that a record has under a name. A cell that diverged has an infinite loss and nothing right.
///
/// Beside the fields of a curve's last point and the metrics there are `mean_log_train_loss`, the mean over the curve: how fast it
/// fell; `best_valid_loss`, the smallest on the way; and `valid_accuracy_wander`, the standard deviation over the last ten
/// passes.
pub(crate) fn number(record: &ConvergenceRecord, name: &str) -> Option<f64> {
    if matches!(record.outcome, Outcome::Diverged { .. }) {
        return Some(if name.contains("accuracy") { 0.0 } else { f64::INFINITY });
    }
    let last = record.curve.last()?;
    match name {
        "train_loss" => last.train_loss,
        "valid_loss" => last.valid_loss,
        "valid_accuracy" => last.valid_accuracy,
        "test_loss" => last.test_loss,
        "test_accuracy" => last.test_accuracy,
        "best_valid_loss" => record.curve.iter().filter_map(|point| point.valid_loss).reduce(f64::min),
        "mean_log_train_loss" => {
            let logs: Vec<f64> = record.curve.iter().filter_map(|p| p.train_loss).map(f64::ln).collect();
            statistics::mean(&logs)
        }
        "valid_accuracy_wander" => {
            let all: Vec<f64> = record.curve.iter().filter_map(|point| point.valid_accuracy).collect();
            statistics::sd(&all[all.len().checked_sub(10)?..])
        }
        _ => record.metrics.get(name).copied(),
    }
}

/// The two lists of numbers, in the order of the pairs.
#[derive(Clone)]
pub(crate) struct Numbers {
    first: Vec<f64>,
    second: Vec<f64>,
}

impl Comparison {
    /// What is compared, in words.
    pub(crate) fn words(&self) -> String {
        let (a, b) = (self.first.label, self.second.label);
        let each = |of: &str, against: &str| {
            if of == against {
                format!("{of}, {a} − {b}")
            } else {
                format!("{of} of {a} − {against} of {b}")
            }
        };
        match self.quantity {
            Quantity::LogLoss { of, against } => format!("ln {}", each(of, against)),
            Quantity::Number { of, against } => each(of, against),
            Quantity::Level { of, level } => format!("{of} of {a} − {level}"),
            Quantity::Steps => format!("ln of the updates until the target, {a} − {b}"),
            Quantity::Spread { metric } => format!("ln of the deviation of {metric} over seeds, {a} − {b}"),
            Quantity::Success { metric, least } => {
                format!("share of seeds with {metric} of {least}, {a} − {b}")
            }
        }
    }

    /// What is compared, as a record says it.
    pub(crate) fn pairing(&self) -> Pairing {
        let (of, against, quantity) = match self.quantity {
            Quantity::LogLoss { of, against } => (of, against, PairedQuantity::LogLoss),
            Quantity::Number { of, against } => (of, against, PairedQuantity::Number),
            Quantity::Level { of, level } => (of, of, PairedQuantity::Level { level }),
            Quantity::Steps => ("", "", PairedQuantity::Steps),
            Quantity::Spread { metric } => (metric, metric, PairedQuantity::Spread),
            Quantity::Success { metric, least } => (metric, metric, PairedQuantity::Success { least }),
        };
        let side = |arm: &str, metric: &str| Side { arm: arm.to_owned(), metric: metric.to_owned() };
        Pairing {
            workload: self.on.workload.to_owned(),
            first: side(self.first.label, of),
            second: side(self.second.label, against),
            quantity,
            expected: self.expectation.record(),
        }
    }

    /// The numbers of both arms; the name of the one that a record does not have.
    pub(crate) fn numbers(
        &self,
        first: &[&ConvergenceRecord],
        second: &[&ConvergenceRecord],
    ) -> Result<Numbers, &'static str> {
        let of = |records: &[&ConvergenceRecord], name: &'static str| -> Result<Vec<f64>, &'static str> {
            records.iter().map(|r| number(r, name).filter(|v| !v.is_nan()).ok_or(name)).collect()
        };
        let (first, second) = match self.quantity {
            Quantity::LogLoss { of: a, against: b } => {
                let log = |v: Vec<f64>| v.into_iter().map(f64::ln).collect::<Vec<f64>>();
                (log(of(first, a)?), log(of(second, b)?))
            }
            Quantity::Number { of: a, against: b } => (of(first, a)?, of(second, b)?),
            Quantity::Level { of: name, level } => (of(first, name)?, vec![level; first.len()]),
            Quantity::Spread { metric } => (of(first, metric)?, of(second, metric)?),
            Quantity::Steps => {
                let steps = |records: &[&ConvergenceRecord]| {
                    let one =
                        |r: &&ConvergenceRecord| r.steps_to_target.map_or(f64::INFINITY, |s| (s as f64).ln());
                    records.iter().map(one).collect()
                };
                (steps(first), steps(second))
            }
            Quantity::Success { metric, least } => {
                let won = |v: Vec<f64>| {
                    v.into_iter().map(|v| f64::from(u8::from(v >= least))).collect::<Vec<f64>>()
                };
                (won(of(first, metric)?), won(of(second, metric)?))
            }
        };
        Ok(Numbers { first, second })
    }
}

/// A comparison that was tested.
pub(crate) enum Tested {
    Means(Paired),
    Ranks(Wilcoxon, Numbers),
    Spread(PairedSpread),
    /// Spreads of so many pairs of which one diverged.
    NoSpread(usize),
    /// How many seeds only the first arm succeeds at, only the second, and all.
    Counts(u32, u32, usize),
}

impl Numbers {
    pub(crate) fn test(&self, quantity: Quantity) -> statistics::Result<Tested> {
        let finite = self.first.iter().chain(&self.second).all(|v| v.is_finite());
        Ok(match quantity {
            Quantity::Success { .. } => {
                let only = |a: &[f64], b: &[f64]| a.iter().zip(b).filter(|(a, b)| a > b).count() as u32;
                let (first, second) = (only(&self.first, &self.second), only(&self.second, &self.first));
                Tested::Counts(first, second, self.first.len())
            }
            Quantity::Spread { .. } if finite => {
                Tested::Spread(PairedSpread::new(&self.first, &self.second)?)
            }
            Quantity::Spread { .. } => Tested::NoSpread(self.first.len()),
            _ if finite && quantity != Quantity::Steps => {
                Tested::Means(Paired::new(&self.first, &self.second)?)
            }
            _ => Tested::Ranks(Wilcoxon::new(&self.first, &self.second)?, self.clone()),
        })
    }

    /// The ranks of the differences from a limit instead of from 0. Infinities stay where they are, so this says something also
    /// where no shift relates the arms.
    fn ranks_from(&self, limit: f64) -> statistics::Result<Wilcoxon> {
        let first: Vec<f64> = self.first.iter().map(|v| v - limit).collect();
        Wilcoxon::new(&first, &self.second)
    }
}

impl Tested {
    pub(crate) fn pairs(&self) -> usize {
        match self {
            Self::Means(t) => t.n(),
            Self::Ranks(t, _) => t.n(),
            Self::Spread(t) => t.n(),
            Self::NoSpread(n) | Self::Counts(_, _, n) => *n,
        }
    }

    /// The two-sided p of no difference.
    pub(crate) fn p(&self) -> f64 {
        match self {
            Self::Means(t) => t.p(),
            Self::Ranks(t, _) => t.p(),
            Self::Spread(t) => t.p(),
            Self::NoSpread(_) => 1.0,
            Self::Counts(first, second, _) => mcnemar(*first, *second),
        }
    }

    pub(crate) fn effect(&self, of: &Comparison) -> statistics::Result<Effect> {
        let (value, interval) = match self {
            Self::Means(t) => (t.mean(), Some(t.interval(1.0 - ALPHA)?)),
            // Where no shift relates the arms, the median of the differences says at least which way.
            Self::Ranks(t, _) => (
                t.estimate().or_else(|| statistics::median(t.differences())).unwrap_or(f64::NAN),
                t.interval(1.0 - ALPHA)?,
            ),
            Self::Spread(t) => (t.log_ratio(), Some(t.interval(1.0 - ALPHA)?)),
            Self::NoSpread(_) => (f64::NAN, None),
            Self::Counts(first, second, n) => {
                ((f64::from(*first) - f64::from(*second)) / (*n).max(1) as f64, None)
            }
        };
        Ok(Effect {
            what: of.words(),
            value,
            lower: interval.map(|i| i.lower),
            upper: interval.map(|i| i.upper),
            pairing: Some(of.pairing()),
        })
    }

    /// What it says to the expectation, as one of `family` comparisons.
    pub(crate) fn verdict(
        &self,
        expected: Expectation,
        adjusted_p: f64,
        family: usize,
    ) -> statistics::Result<Verdict> {
        let towards = |direction: Direction, delta: f64| -> statistics::Result<Verdict> {
            Ok(match self.decide(delta, adjusted_p)? {
                Decision::Different { direction: found } if found == direction => Verdict::Supported,
                Decision::Different { .. } | Decision::Equivalent { .. } => Verdict::Refuted,
                Decision::Undecided => Verdict::Undecided,
            })
        };
        if let Self::Ranks(t, _) = self
            && t.differences().iter().all(|d| *d == 0.0)
        {
            // Arms that never get there are not the same: nothing was seen of either.
            return Ok(Verdict::Undecided);
        }
        match expected {
            Expectation::Lower { delta } => towards(Direction::Lower, delta),
            Expectation::Higher { delta } => towards(Direction::Higher, delta),
            Expectation::Same { delta } => Ok(match self.decide(delta, adjusted_p)? {
                Decision::Equivalent { .. } => Verdict::Supported,
                Decision::Different { .. } => Verdict::Refuted,
                Decision::Undecided => Verdict::Undecided,
            }),
            Expectation::LowerBy { margin } => self.beyond(-margin, Direction::Lower, family),
            Expectation::HigherBy { margin } => self.beyond(margin, Direction::Higher, family),
        }
    }

    fn decide(&self, delta: f64, adjusted_p: f64) -> statistics::Result<Decision> {
        match self {
            Self::Means(t) => decide(t, delta, adjusted_p),
            Self::Ranks(t, _) => decide(t, delta, adjusted_p),
            Self::Spread(t) => decide(t, delta, adjusted_p),
            // Counts of successes say which is more often, never that both are the same.
            Self::Counts(first, second, _) if adjusted_p < ALPHA => Ok(Decision::Different {
                direction: if first > second { Direction::Higher } else { Direction::Lower },
            }),
            Self::NoSpread(_) | Self::Counts(..) => Ok(Decision::Undecided),
        }
    }

    /// Whether the difference lies beyond a limit, at a level that holds for all of the family: by the interval of the mean, or by
    /// ranks around the limit.
    fn beyond(&self, limit: f64, direction: Direction, family: usize) -> statistics::Result<Verdict> {
        let alpha = ALPHA / family.max(1) as f64;
        let found = match self {
            Self::Means(t) => side(t.interval(1.0 - alpha)?, limit),
            Self::Spread(t) => side(t.interval(1.0 - alpha)?, limit),
            Self::Ranks(_, numbers) => {
                let t = numbers.ranks_from(limit)?;
                t.direction().filter(|_| t.p() < alpha)
            }
            Self::NoSpread(_) | Self::Counts(..) => None,
        };
        Ok(match found {
            Some(found) if found == direction => Verdict::Supported,
            Some(_) => Verdict::Refuted,
            None => Verdict::Undecided,
        })
    }
}

/// On which side of a limit a whole interval lies.
fn side(interval: Interval, limit: f64) -> Option<Direction> {
    match (interval.upper < limit, interval.lower > limit) {
        (true, _) => Some(Direction::Lower),
        (_, true) => Some(Direction::Higher),
        _ => None,
    }
}
