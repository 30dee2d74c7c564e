//! Which cells a claim needs, and at which rate its arms are judged.

use std::collections::BTreeSet;

use results::{CellSettings, ConvergenceRecord, Outcome, RatioRecord};

use crate::claim::{Claim, Evidence};
use crate::error::Error;
use crate::experiment::{Arm, Experiment, Setup};

/// A cell of an arm, before the workload has said what else its settings are.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// The workload.
    pub workload: &'static str,
    /// The arm.
    pub arm: &'a Arm,
    /// Learning rate.
    pub learning_rate: f64,
    /// Seed.
    pub seed: u64,
    /// Passes over the training cases.
    pub epochs: usize,
    /// Cases in a batch; by default the workload's.
    pub batch_size: Option<usize>,
}

/// Where cells come from: who knows the workloads, and which cells are there.
pub trait Bench {
    /// The settings of a cell; in words why the workload cannot train it.
    fn cell(&self, wanted: &Wanted<'_>) -> Result<CellSettings, String>;
    /// The record of that id, if it is there.
    fn record(&self, id: &str) -> Option<&ConvergenceRecord>;
    /// The ratio of times of that name, if it was measured.
    fn ratio(&self, _id: &str) -> Option<&RatioRecord> {
        None
    }
}

/// Rates added beyond the edges of a grid, at most.
const EXTENSIONS: usize = 3;

/// One arm under the protocol of its claim.
pub(crate) struct Run<'a> {
    pub(crate) claim: &'static str,
    pub(crate) on: &'a Setup,
    pub(crate) arm: &'a Arm,
}

/// The rate of an arm.
pub(crate) enum Rate {
    /// These cells are still to be trained before anybody can choose.
    Needs(Vec<CellSettings>),
    /// This one, by the cells of those ids.
    At { rate: f64, chosen_by: Vec<String> },
}

impl Run<'_> {
    pub(crate) fn cell(
        &self,
        bench: &dyn Bench,
        learning_rate: f64,
        seed: u64,
    ) -> Result<CellSettings, Error> {
        let protocol = self.on.protocol;
        let wanted = Wanted {
            workload: self.on.workload,
            arm: self.arm,
            learning_rate,
            seed,
            epochs: protocol.epochs,
            batch_size: self.arm.batch_size.or(protocol.batch_size),
        };
        let what = |what| Error::Arm { claim: self.claim, arm: self.arm.label, what };
        bench.cell(&wanted).map_err(what)
    }

    /// The rate of an arm, by the mean logarithm of the validation loss, where a diverged cell counts as infinite. Tuning seeds leave
    /// two finalists, the best rate and the second; between them all seeds choose, tuning and judging. Two or three seeds alone
    /// choose so badly that equal arms get different rates and then differ: 105 of 1000 pairs of equal arms were called different
    /// (`tests/suite/bank.rs`), at a promised 50. No choice sees a test case. A grid of one rate leaves nothing to choose.
    pub(crate) fn rate(&self, bench: &dyn Bench) -> Result<Rate, Error> {
        let protocol = self.on.protocol;
        let mut rates = protocol.rates.to_vec();
        if let [only] = rates[..] {
            return Ok(Rate::At { rate: only, chosen_by: Vec::new() });
        }
        for extension in 0..=EXTENSIONS {
            let (mut missing, mut ids, mut scores) = (Vec::new(), Vec::new(), Vec::new());
            for &rate in &rates {
                let mut sum = 0.0;
                for seed in protocol.tuning_seeds() {
                    let cell = self.cell(bench, rate, seed)?;
                    let id = cell.id();
                    match bench.record(&id) {
                        Some(record) => sum += log_loss(record),
                        None => missing.push(cell),
                    }
                    ids.push(id);
                }
                scores.push(sum);
            }
            if !missing.is_empty() {
                return Ok(Rate::Needs(missing));
            }
            // The first of equal ones: of two rates that diverge, the smaller.
            let best = (0..rates.len()).min_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap_or(0);
            let inside = best > 0 && best + 1 < rates.len();
            if inside || extension == EXTENSIONS {
                let others = (0..rates.len()).filter(|i| *i != best);
                let second = others.min_by(|a, b| scores[*a].total_cmp(&scores[*b])).unwrap_or(best);
                return self.between(
                    bench,
                    [(rates[best], scores[best]), (rates[second], scores[second])],
                    ids,
                );
            }
            let last = rates.len() - 1;
            if best == 0 {
                rates.insert(0, two_digits(rates[0] * rates[0] / rates[1]));
            } else {
                rates.push(two_digits(rates[last] * rates[last] / rates[last - 1]));
            }
        }
        unreachable!("the last extension returns")
    }
}

impl Run<'_> {
    /// The better of two finalists, each with the sum of its scores under the tuning seeds.
    fn between(
        &self,
        bench: &dyn Bench,
        finalists: [(f64, f64); 2],
        mut chosen_by: Vec<String>,
    ) -> Result<Rate, Error> {
        let mut missing = Vec::new();
        let mut sums = finalists.map(|(_, tuned)| tuned);
        for (sum, (rate, _)) in sums.iter_mut().zip(finalists) {
            for seed in self.on.protocol.judging_seeds() {
                let cell = self.cell(bench, rate, seed)?;
                let id = cell.id();
                match bench.record(&id) {
                    Some(record) => *sum += log_loss(record),
                    None => missing.push(cell),
                }
                chosen_by.push(id);
            }
        }
        if !missing.is_empty() {
            return Ok(Rate::Needs(missing));
        }
        // Of two rates that are alike, or both diverge, the one that tuning preferred.
        let chosen = usize::from(sums[1] < sums[0]);
        Ok(Rate::At { rate: finalists[chosen].0, chosen_by })
    }
}

/// A grid is written with few digits, and so is what extends it.
fn two_digits(rate: f64) -> f64 {
    format!("{rate:.1e}").parse().unwrap_or(rate)
}

/// The logarithm of the validation loss at the end.
fn log_loss(record: &ConvergenceRecord) -> f64 {
    match (&record.outcome, record.curve.last().and_then(|point| point.valid_loss)) {
        (Outcome::Completed, Some(loss)) if loss.is_finite() => loss.ln(),
        _ => f64::INFINITY,
    }
}

/// The arms of an experiment with where they are trained, each once.
fn arms(experiment: &Experiment) -> Vec<(&Setup, &Arm)> {
    let mut arms: Vec<(&Setup, &Arm)> = Vec::new();
    for comparison in experiment.comparisons {
        for arm in [&comparison.first, &comparison.second] {
            if !arms.contains(&(&comparison.on, arm)) {
                arms.push((&comparison.on, arm));
            }
        }
    }
    arms
}

/// The claims, and those whose verdicts they count.
///
/// # Errors
///
/// [`Error::Unknown`], for a difficulty whose claim there is not.
pub fn with_counted<'a>(claims: &[&'a Claim]) -> Result<Vec<&'a Claim>, Error> {
    let mut all = claims.to_vec();
    for claim in claims {
        if let Evidence::Counted(difficulties) = &claim.evidence {
            for difficulty in *difficulties {
                all.push(crate::find(difficulty.claim)?);
            }
        }
    }
    Ok(all)
}

/// The cells that these claims still need: first those by which rates are chosen, and for arms whose rate is known those that
/// judge. Called again when they are there, it says what comes after them; when nothing comes, it is empty.
///
/// # Errors
///
/// [`Error::Arm`].
pub fn next(claims: &[&Claim], bench: &dyn Bench) -> Result<Vec<CellSettings>, Error> {
    let (mut listed, mut cells) = (BTreeSet::new(), Vec::new());
    for claim in with_counted(claims)? {
        let Evidence::Trained(experiment) = &claim.evidence else { continue };
        for (on, arm) in arms(experiment) {
            let run = Run { claim: claim.id, on, arm };
            let wanted = match run.rate(bench)? {
                Rate::Needs(cells) => cells,
                Rate::At { rate, .. } => {
                    let judging = on.protocol.judging_seeds();
                    judging.map(|seed| run.cell(bench, rate, seed)).collect::<Result<_, _>>()?
                }
            };
            for cell in wanted {
                let id = cell.id();
                if bench.record(&id).is_none() && listed.insert(id) {
                    cells.push(cell);
                }
            }
        }
    }
    Ok(cells)
}
