//! From training runs to contenders: who learns how well, at which rate, how fast.
//!
//! Rules, each held by a test over made-up runs with a known ranking:
//!
//! * A **contender** is a method in a variant, with whatever other settings differ inside the workload.
//! * Its **score** at a rate is the mean over seeds of the metric where the curve ends. A run that diverged scores
//!   the worst possible value (0 for an accuracy, ∞ for a loss): it is never dropped.
//! * Its **best rate** is the one with the best score; on a tie the smaller rate.
//! * Contenders are ranked by score; one is **tied with the best** if the 95 % bootstrap interval of the
//!   difference, paired by seed, contains zero.
//! * Steps to the target are a median over seeds in which "never" is infinite.

use std::collections::{BTreeMap, BTreeSet};

use results::{ConvergenceRecord, Direction, Manifest, Outcome, Target, WorkloadRecord};

use crate::stats::{Estimate, bootstrap, mean, median};

/// All runs of one contender at one rate, by seed.
pub(crate) struct Trial<'a> {
    pub(crate) rate: f64,
    pub(crate) runs: Vec<&'a ConvergenceRecord>,
    pub(crate) score: Estimate,
    pub(crate) diverged: usize,
}

/// One method in one variant, with all its rates.
pub(crate) struct Contender<'a> {
    pub(crate) method: String,
    /// Variant and differing settings; empty if there is nothing to tell apart.
    pub(crate) detail: String,
    /// By rising rate.
    pub(crate) trials: Vec<Trial<'a>>,
    /// Index of the best trial.
    pub(crate) best: usize,
    /// Median steps to the target at the best rate.
    pub(crate) steps: Estimate,
    /// Seeds that reached the target at the best rate.
    pub(crate) reached: usize,
    /// Whether nothing speaks against its being as good as the first.
    pub(crate) tied: bool,
}

impl<'a> Contender<'a> {
    /// The runs at the best rate.
    pub(crate) fn best(&self) -> &Trial<'a> {
        &self.trials[self.best]
    }
}

/// All contenders of one workload, best first.
pub(crate) struct Contest<'a> {
    pub(crate) workload: String,
    pub(crate) target: Target,
    pub(crate) contenders: Vec<Contender<'a>>,
    /// All seeds that appear.
    pub(crate) seeds: BTreeSet<u64>,
}

impl Contest<'_> {
    /// Whether `a` is a better score than `b`.
    fn better(direction: Direction, a: f64, b: f64) -> bool {
        match direction {
            Direction::HigherIsBetter => a > b,
            Direction::LowerIsBetter => a < b,
        }
    }
}

/// Groups all cells by workload, in natural order of the workloads' names.
///
/// The target is the workload's. Where no workload is declared its cells agree on one, or would not be here.
pub(crate) fn contests<'a>(
    cells: &'a [ConvergenceRecord],
    manifest: &Manifest,
    workloads: &[WorkloadRecord],
) -> Vec<Contest<'a>> {
    let mut by_workload: BTreeMap<&str, Vec<&ConvergenceRecord>> = BTreeMap::new();
    for cell in cells {
        by_workload.entry(&cell.cell.workload).or_default().push(cell);
    }
    let mut contests: Vec<Contest<'_>> = by_workload
        .into_iter()
        .filter_map(|(workload, cells)| {
            let declared = workloads.iter().find(|w| w.id == workload).map(|w| &w.target);
            let target = declared.or_else(|| cells.first().map(|c| &c.target))?.clone();
            Some(contest(workload, target, &cells, manifest))
        })
        .collect();
    contests.sort_by(|a, b| crate::natural::compare(&a.workload, &b.workload));
    contests
}

fn contest<'a>(
    workload: &str,
    target: Target,
    cells: &[&'a ConvergenceRecord],
    manifest: &Manifest,
) -> Contest<'a> {
    let differing = differing(cells, manifest);
    let mut groups: BTreeMap<(String, String), Vec<&'a ConvergenceRecord>> = BTreeMap::new();
    for cell in cells {
        let detail = detail(cell, &differing, manifest);
        groups.entry((cell.cell.method.clone(), detail)).or_default().push(cell);
    }
    let mut contenders: Vec<Contender<'a>> = groups
        .into_iter()
        .map(|((method, detail), runs)| contender(method, detail, runs, target.direction))
        .collect();
    // The groups came sorted by name, and the sort is stable: equal scores stay in that order.
    contenders.sort_by(|a, b| {
        let (a, b) = (a.best().score.value, b.best().score.value);
        match target.direction {
            Direction::HigherIsBetter => b.total_cmp(&a),
            Direction::LowerIsBetter => a.total_cmp(&b),
        }
    });
    mark_ties(&mut contenders, target.direction);
    let seeds = cells.iter().map(|c| c.cell.seed).collect();
    Contest { workload: workload.to_owned(), target, contenders, seeds }
}

fn contender<'a>(
    method: String,
    detail: String,
    runs: Vec<&'a ConvergenceRecord>,
    direction: Direction,
) -> Contender<'a> {
    // A positive float orders like its bits, which makes it a key.
    let mut by_rate: BTreeMap<u64, Vec<&'a ConvergenceRecord>> = BTreeMap::new();
    for run in runs {
        by_rate.entry(run.cell.learning_rate.to_bits()).or_default().push(run);
    }
    let trials: Vec<Trial<'a>> = by_rate
        .into_iter()
        .map(|(bits, mut runs)| {
            runs.sort_by_key(|r| r.cell.seed);
            let scores: Vec<f64> = runs.iter().map(|r| score(r)).collect();
            let diverged = runs.iter().filter(|r| matches!(r.outcome, Outcome::Diverged { .. })).count();
            Trial { rate: f64::from_bits(bits), score: bootstrap(&scores, mean), runs, diverged }
        })
        .collect();
    let mut best = 0;
    for (i, trial) in trials.iter().enumerate() {
        if Contest::better(direction, trial.score.value, trials[best].score.value) {
            best = i;
        }
    }
    let steps: Vec<f64> =
        trials[best].runs.iter().map(|r| r.steps_to_target.map_or(f64::INFINITY, |s| s as f64)).collect();
    let reached = steps.iter().filter(|s| s.is_finite()).count();
    Contender { method, detail, best, steps: bootstrap(&steps, median), reached, trials, tied: false }
}

/// The metric where the curve ends; the worst possible value for a run that diverged or measured nothing.
pub(crate) fn score(run: &ConvergenceRecord) -> f64 {
    let worst = match run.target.direction {
        Direction::HigherIsBetter => 0.0,
        Direction::LowerIsBetter => f64::INFINITY,
    };
    match run.outcome {
        Outcome::Diverged { .. } => worst,
        Outcome::Completed => run.final_metric().filter(|m| !m.is_nan()).unwrap_or(worst),
    }
}

fn mark_ties(contenders: &mut [Contender<'_>], direction: Direction) {
    let Some((first, others)) = contenders.split_first_mut() else { return };
    first.tied = true;
    let leader: BTreeMap<u64, f64> = first.best().runs.iter().map(|r| (r.cell.seed, score(r))).collect();
    for other in others {
        let differences: Vec<f64> = other
            .best()
            .runs
            .iter()
            .filter_map(|r| leader.get(&r.cell.seed).map(|l| gap(*l, score(r), direction)))
            .collect();
        other.tied = !differences.is_empty() && bootstrap(&differences, mean).lower <= 0.0;
    }
}

/// By how much the leader is better; equal infinities are no difference.
fn gap(leader: f64, other: f64, direction: Direction) -> f64 {
    if leader == other {
        return 0.0;
    }
    match direction {
        Direction::HigherIsBetter => leader - other,
        Direction::LowerIsBetter => other - leader,
    }
}

/// Settings, apart from method, variant, rate and seed, that take more than one value here.
fn differing(cells: &[&ConvergenceRecord], manifest: &Manifest) -> BTreeSet<String> {
    let mut values: BTreeMap<String, BTreeSet<Option<String>>> = BTreeMap::new();
    let names: BTreeSet<String> = cells.iter().flat_map(|c| named(c, manifest).into_keys()).collect();
    for cell in cells {
        let mut settings = named(cell, manifest);
        for name in &names {
            values.entry(name.clone()).or_default().insert(settings.remove(name));
        }
    }
    values.into_iter().filter(|(_, seen)| seen.len() > 1).map(|(name, _)| name).collect()
}

/// What tells runs apart: their settings, and which build and machine made them.
fn named(record: &ConvergenceRecord, manifest: &Manifest) -> BTreeMap<String, String> {
    let cell = &record.cell;
    let mut settings = cell.settings.clone();
    let part = manifest.part_number(record.identity.as_deref());
    settings.insert("part".into(), part.map_or_else(|| "unknown".to_owned(), |n| n.to_string()));
    settings.insert("model".into(), cell.model.clone());
    settings.insert("path".into(), cell.path.clone());
    settings.insert("dtype".into(), cell.dtype.clone());
    settings.insert("batch".into(), cell.batch_size.to_string());
    settings.insert("epochs".into(), cell.epochs.to_string());
    settings
}

fn detail(record: &ConvergenceRecord, differing: &BTreeSet<String>, manifest: &Manifest) -> String {
    let settings = named(record, manifest);
    let mut parts = Vec::new();
    if !record.cell.variant.is_empty() {
        parts.push(record.cell.variant.clone());
    }
    parts.extend(
        differing.iter().filter_map(|name| settings.get(name).map(|value| format!("{name} {value}"))),
    );
    parts.join(", ")
}
