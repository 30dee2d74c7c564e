//! Two runs beside each other: of two commits, or of two machines. Where nothing speaks for a difference they are *indistinguishable*, and a
//! time differs only where it lies beyond what the machine does to the same thing timed twice.

use std::collections::BTreeMap;

use results::{CellSettings, ConvergenceRecord, NoiseRecord, ThroughputRecord};
use statistics::{ALPHA, Direction, Paired, Wilcoxon};

use crate::compare::number;

/// Seeds that both runs need of an arm before it is judged.
const LEAST_SEEDS: usize = 3;

/// What is said of the second run beside the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// Every number is the same, bit for bit.
    Identical,
    /// No difference was seen.
    Indistinguishable,
    /// The second is lower.
    Lower,
    /// The second is higher.
    Higher,
    /// Too few seeds in both, or no floor: nothing is said.
    NotJudged,
}

/// One benchmark in both runs.
#[derive(Clone, Debug, PartialEq)]
pub struct TimePair {
    /// The benchmark.
    pub id: String,
    /// Median of the second over that of the first.
    pub ratio: f64,
    /// The smallest ratio that both intervals leave.
    pub lower: f64,
    /// The largest.
    pub upper: f64,
    /// What is said of it.
    pub difference: Difference,
}

/// The benchmarks of both runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Times {
    /// By what factor the same thing timed twice differs at most, in 95 of 100 pairs; none where no run measured it.
    pub floor: Option<f64>,
    /// Those that both have, by id.
    pub pairs: Vec<TimePair>,
    /// How many only the first has, and only the second.
    pub unpaired: (usize, usize),
}

/// Compares times: what differs lies beyond the floor with its whole interval.
pub fn times(
    (first, second): (&[ThroughputRecord], &[ThroughputRecord]),
    noise: (&[NoiseRecord], &[NoiseRecord]),
) -> Times {
    let floor = noise
        .0
        .iter()
        .chain(noise.1)
        .map(|n| (1.0 / n.lower_ratio).max(n.upper_ratio))
        .filter(|factor| factor.is_finite())
        .reduce(f64::max)
        .map(|factor| factor.max(1.0));
    let by_id: BTreeMap<&str, &ThroughputRecord> = second.iter().map(|r| (r.id.as_str(), r)).collect();
    let mut pairs: Vec<TimePair> = first
        .iter()
        .filter_map(|a| {
            let b = by_id.get(a.id.as_str())?;
            let (lower, upper) = (b.lower_ns / a.upper_ns, b.upper_ns / a.lower_ns);
            let difference = match floor {
                None => Difference::NotJudged,
                Some(floor) if lower > floor => Difference::Higher,
                Some(floor) if upper < 1.0 / floor => Difference::Lower,
                Some(_) => Difference::Indistinguishable,
            };
            Some(TimePair { id: a.id.clone(), ratio: b.median_ns / a.median_ns, lower, upper, difference })
        })
        .collect();
    pairs.sort_by(|a, b| a.id.cmp(&b.id));
    let unpaired = (first.len() - pairs.len(), second.len() - pairs.len());
    Times { floor, pairs, unpaired }
}

/// One arm, at one rate, in both runs.
#[derive(Clone, Debug, PartialEq)]
pub struct ArmPair {
    /// Workload, method, place, settings and rate, in words.
    pub arm: String,
    /// Seeds that both have.
    pub seeds: usize,
    /// The mean of the logarithm of the second's loss over the first's; none where one diverged or there is nothing to compare.
    pub log_ratio: Option<f64>,
    /// What is said of it, after Holm's correction over all arms.
    pub difference: Difference,
}

/// Compares losses on the test cases, seed by seed.
///
/// # Errors
///
/// [`statistics::Error`].
pub fn losses(first: &[ConvergenceRecord], second: &[ConvergenceRecord]) -> statistics::Result<Vec<ArmPair>> {
    let by_id: BTreeMap<&str, &ConvergenceRecord> = second.iter().map(|r| (r.id.as_str(), r)).collect();
    let mut arms: BTreeMap<String, Vec<(&ConvergenceRecord, &ConvergenceRecord)>> = BTreeMap::new();
    for a in first {
        if let Some(b) = by_id.get(a.id.as_str()) {
            arms.entry(words(&a.cell)).or_default().push((a, b));
        }
    }
    let mut pairs = Vec::new();
    let mut judged: Vec<(usize, f64, Option<Direction>)> = Vec::new();
    for (arm, cells) in arms {
        let seeds = cells.len();
        let mut pair = ArmPair { arm, seeds, log_ratio: None, difference: Difference::NotJudged };
        if cells.iter().all(|(a, b)| same_bits(a, b)) {
            pair.difference = Difference::Identical;
        } else if let Some((one, other)) = log_losses(&cells).filter(|_| seeds >= LEAST_SEEDS) {
            // The second comes first, since it is what is spoken of.
            let (p, direction) = if one.iter().chain(&other).all(|v| v.is_finite()) {
                let test = Paired::new(&other, &one)?;
                pair.log_ratio = Some(test.mean());
                (test.p(), test.direction())
            } else {
                let test = Wilcoxon::new(&other, &one)?;
                (test.p(), test.direction())
            };
            judged.push((pairs.len(), p, direction));
        }
        pairs.push(pair);
    }
    let p: Vec<f64> = judged.iter().map(|(_, p, _)| *p).collect();
    for ((index, _, direction), p) in judged.into_iter().zip(statistics::holm(&p)?) {
        pairs[index].difference = match direction {
            Some(Direction::Lower) if p < ALPHA => Difference::Lower,
            Some(Direction::Higher) if p < ALPHA => Difference::Higher,
            _ => Difference::Indistinguishable,
        };
    }
    Ok(pairs)
}

/// An arm in words: what the settings of a cell say, its seed left out.
fn words(cell: &CellSettings) -> String {
    let settings: Vec<String> =
        cell.settings.iter().map(|(name, value)| format!(", {name} = {value}")).collect();
    let settings = settings.concat();
    let place = if cell.variant.is_empty() { String::new() } else { format!(" ({})", cell.variant) };
    format!(
        "{}, {}{place}, rate {}, {} passes in batches of {}{settings}",
        cell.workload, cell.method, cell.learning_rate, cell.epochs, cell.batch_size
    )
}

/// Whether two cells learned the same. Seconds differ always, and a newer build may write more metrics.
fn same_bits(a: &ConvergenceRecord, b: &ConvergenceRecord) -> bool {
    let bits = |record: &ConvergenceRecord| -> Vec<Option<u64>> {
        let losses = |p: &results::CurvePoint| [p.train_loss, p.valid_loss, p.test_loss, p.test_accuracy];
        record.curve.iter().flat_map(losses).map(|value| value.map(f64::to_bits)).collect()
    };
    a.outcome == b.outcome && bits(a) == bits(b)
}

/// The logarithms of the losses on the test cases; nothing where a cell has none, or one of 0.
fn log_losses(cells: &[(&ConvergenceRecord, &ConvergenceRecord)]) -> Option<(Vec<f64>, Vec<f64>)> {
    let log =
        |record: &ConvergenceRecord| number(record, "test_loss").filter(|loss| *loss > 0.0).map(f64::ln);
    cells.iter().map(|(a, b)| Some((log(a)?, log(b)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timed(id: &str, median: f64, off: f64) -> ThroughputRecord {
        ThroughputRecord {
            id: id.to_owned(),
            median_ns: median,
            lower_ns: median - off,
            upper_ns: median + off,
            mean_ns: median,
            samples: 10,
            traffic: None,
        }
    }

    fn noise(lower_ratio: f64, upper_ratio: f64) -> NoiseRecord {
        NoiseRecord { id: "norm".into(), pairs: 50, median_ratio: 1.0, lower_ratio, upper_ratio }
    }

    #[test]
    fn a_time_differs_only_beyond_the_floor() {
        let first = ["a", "b", "c", "d"].map(|id| timed(id, 100.0, 1.0));
        let second =
            [timed("a", 105.0, 1.0), timed("b", 130.0, 1.0), timed("c", 70.0, 1.0), timed("e", 1.0, 0.1)];
        let found = times((&first, &second), (&[noise(0.95, 1.04)], &[noise(0.9, 1.05)]));
        assert!((found.floor.expect("two runs measured it") - 1.0 / 0.9).abs() < 1e-12);
        let difference: Vec<Difference> = found.pairs.iter().map(|pair| pair.difference).collect();
        assert_eq!(difference, [Difference::Indistinguishable, Difference::Higher, Difference::Lower]);
        assert_eq!(found.unpaired, (1, 1));
        let without = times((&first, &second), (&[], &[]));
        assert!(without.pairs.iter().all(|pair| pair.difference == Difference::NotJudged), "{without:?}");
    }

    #[test]
    fn wide_intervals_are_indistinguishable() {
        let found =
            times((&[timed("a", 100.0, 30.0)], &[timed("a", 140.0, 30.0)]), (&[noise(0.99, 1.01)], &[]));
        assert_eq!(found.pairs[0].difference, Difference::Indistinguishable);
    }

    fn cell(seed: u64, rate: f64, loss: f64) -> ConvergenceRecord {
        let cell = CellSettings {
            workload: "digits-mlp".into(),
            model: "mlp".into(),
            method: "layer".into(),
            variant: String::new(),
            path: "fused".into(),
            dtype: "f32".into(),
            learning_rate: rate,
            seed,
            batch_size: 16,
            epochs: 1,
            settings: BTreeMap::new(),
        };
        let point = results::CurvePoint { step: 1, epoch: 1.0, test_loss: Some(loss), ..Default::default() };
        ConvergenceRecord {
            id: cell.id(),
            cell,
            curve: vec![point],
            target: results::Target {
                metric: "valid_loss".into(),
                value: 0.1,
                direction: results::Direction::LowerIsBetter,
            },
            steps_to_target: None,
            seconds_to_target: None,
            outcome: results::Outcome::of(&[point]),
            metrics: BTreeMap::new(),
            parameters: 1,
            state_bytes: 0,
            wall_seconds: 1.0,
            identity: None,
        }
    }

    /// Losses of one rate under seeds 1 to 8, times a factor, each a little off.
    fn arm(rate: f64, factor: f64) -> Vec<ConvergenceRecord> {
        (1..=8).map(|seed| cell(seed, rate, factor * (1.0 + 0.01 * (seed % 3) as f64))).collect()
    }

    #[test]
    fn arms_are_identical_different_or_neither() {
        let first = [arm(0.1, 1.0), arm(0.2, 1.0), arm(0.3, 1.0), arm(0.4, 1.0)[..2].to_vec()].concat();
        let mut noisy = arm(0.3, 1.0);
        for (n, record) in noisy.iter_mut().enumerate() {
            let sign = if n % 2 == 0 { 1.0 } else { -1.0 };
            record.curve[0].test_loss = record.curve[0].test_loss.map(|loss| loss * (1.0 + 0.01 * sign));
        }
        let mut lower = arm(0.2, 0.8);
        lower[0].curve[0].test_loss = Some(0.79);
        let second = [arm(0.1, 1.0), lower, noisy, arm(0.4, 2.0)].concat();
        let found = losses(&first, &second).expect("numbers that can be compared");
        let difference: Vec<Difference> = found.iter().map(|pair| pair.difference).collect();
        assert_eq!(
            difference,
            [Difference::Identical, Difference::Lower, Difference::Indistinguishable, Difference::NotJudged]
        );
        assert!(found[1].arm.contains("rate 0.2"), "{found:?}");
        assert_eq!(found[3].seeds, 2);
    }

    #[test]
    fn an_arm_that_diverges_is_higher() {
        let mut second = arm(0.1, 1.0);
        for record in &mut second {
            record.curve[0].test_loss = Some(f64::INFINITY);
            record.outcome = results::Outcome::of(&record.curve);
        }
        let found = losses(&arm(0.1, 1.0), &second).expect("ranks decide");
        assert_eq!(found[0].difference, Difference::Higher);
        assert_eq!(found[0].log_ratio, None);
    }
}
