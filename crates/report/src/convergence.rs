//! From training runs to contenders: who learns how well, at which rate, how fast.
//!
//! Rules, each held by a test over made-up runs with known numbers:
//!
//! * A **contender** is a method in a variant, with whatever other settings differ inside the workload.
//! * Its **score** at a rate is the mean over seeds of the metric of the test cases where the curve ends. A run that diverged
//!   scores the worst possible value (0 for an accuracy, ∞ for a loss): it is never dropped.
//! * Its **rate** is the one with the smallest mean logarithm of the validation loss at the end, over the seeds that all its
//!   rates have; on a tie the smaller one. Runs from before there was validation have nothing but the score to choose by.
//! * Contenders stand in the order of their scores. Whether two differ is not said here: that is for verdicts.
//! * Steps to the target are a median over seeds in which "never" is infinite.

use std::collections::{BTreeMap, BTreeSet};

use results::{ConvergenceRecord, Direction, Manifest, Outcome, Target, WorkloadRecord};

use crate::stats::{Spread, mean, median};

/// All runs of one contender at one rate, by seed.
pub(crate) struct Trial<'a> {
    pub(crate) rate: f64,
    pub(crate) runs: Vec<&'a ConvergenceRecord>,
    pub(crate) score: Spread,
    pub(crate) diverged: usize,
}

/// One method in one variant, with all its rates.
pub(crate) struct Contender<'a> {
    pub(crate) method: String,
    /// Variant and differing settings; empty if there is nothing to tell apart.
    pub(crate) detail: String,
    /// The differing settings alone.
    settings: String,
    /// By rising rate.
    pub(crate) trials: Vec<Trial<'a>>,
    /// Index of the trial at the chosen rate.
    pub(crate) best: usize,
    /// Median steps to the target at that rate.
    pub(crate) steps: Spread,
    /// Seeds that reached the target there.
    pub(crate) reached: usize,
}

impl<'a> Contender<'a> {
    /// The runs at the chosen rate.
    pub(crate) fn best(&self) -> &Trial<'a> {
        &self.trials[self.best]
    }

    /// How many cells there are of it.
    fn runs(&self) -> usize {
        self.trials.iter().map(|trial| trial.runs.len()).sum()
    }
}

/// All contenders of one workload, best score first.
pub(crate) struct Contest<'a> {
    pub(crate) workload: String,
    pub(crate) target: Target,
    /// The metric of the scores.
    pub(crate) metric: &'static str,
    /// Whether rates were chosen by validation; otherwise by the scores themselves.
    pub(crate) validated: bool,
    pub(crate) contenders: Vec<Contender<'a>>,
    /// All seeds that appear.
    pub(crate) seeds: BTreeSet<u64>,
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
    let mut groups: BTreeMap<(String, String, String), Vec<&'a ConvergenceRecord>> = BTreeMap::new();
    for cell in cells {
        let (settings, place) = (settings(cell, &differing, manifest), &cell.cell.variant);
        let detail =
            [place, &settings].into_iter().filter(|s| !s.is_empty()).cloned().collect::<Vec<_>>().join(", ");
        groups.entry((cell.cell.method.clone(), detail, settings)).or_default().push(cell);
    }
    let metric = shown(&target.metric);
    let validated = cells.iter().any(|cell| cell.curve.iter().any(|point| point.valid_loss.is_some()));
    let mut contenders: Vec<Contender<'a>> =
        groups.into_iter().map(|(arm, runs)| contender(arm, runs, metric, validated)).collect();
    // The groups came sorted by name, and the sort is stable: equal scores stay in that order.
    contenders.sort_by(|a, b| {
        let (a, b) = (a.best().score.center, b.best().score.center);
        match target.direction {
            Direction::HigherIsBetter => b.total_cmp(&a),
            Direction::LowerIsBetter => a.total_cmp(&b),
        }
    });
    let seeds = cells.iter().map(|c| c.cell.seed).collect();
    Contest { workload: workload.to_owned(), target, metric, validated, contenders, seeds }
}

/// What is shown of the end of a run whose target is in this metric: the same of the test cases.
fn shown(metric: &str) -> &'static str {
    match metric {
        "valid_accuracy" | "test_accuracy" => "test_accuracy",
        "train_loss" => "train_loss",
        _ => "test_loss",
    }
}

fn contender<'a>(
    (method, detail, settings): (String, String, String),
    runs: Vec<&'a ConvergenceRecord>,
    metric: &str,
    validated: bool,
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
            let scores = runs.iter().map(|r| (r.cell.seed, score(r, metric))).collect();
            let diverged = runs.iter().filter(|r| matches!(r.outcome, Outcome::Diverged { .. })).count();
            Trial { rate: f64::from_bits(bits), score: Spread::new(scores, mean), runs, diverged }
        })
        .collect();
    let costs = costs(&trials, metric, validated);
    let mut best = 0;
    for (i, cost) in costs.iter().enumerate() {
        if *cost < costs[best] {
            best = i;
        }
    }
    let steps: Vec<(u64, f64)> = trials[best]
        .runs
        .iter()
        .map(|r| (r.cell.seed, r.steps_to_target.map_or(f64::INFINITY, |s| s as f64)))
        .collect();
    let reached = steps.iter().filter(|s| s.1.is_finite()).count();
    Contender { method, detail, settings, best, steps: Spread::new(steps, median), reached, trials }
}

/// What each rate is chosen by; the smallest is best. Seeds that only some rates have would favour one of them.
fn costs(trials: &[Trial<'_>], metric: &str, validated: bool) -> Vec<f64> {
    let seeds = |t: &Trial<'_>| t.runs.iter().map(|r| r.cell.seed).collect::<BTreeSet<u64>>();
    let mut shared = trials.first().map(seeds).unwrap_or_default();
    for trial in trials {
        shared = &shared & &seeds(trial);
    }
    let cost = |trial: &Trial<'_>| -> f64 {
        let counts = |run: &&&ConvergenceRecord| shared.is_empty() || shared.contains(&run.cell.seed);
        let of = |run: &&ConvergenceRecord| match (validated, improves_upwards(metric)) {
            (true, _) => log_validation_loss(run),
            (false, true) => -score(run, metric),
            (false, false) => score(run, metric),
        };
        mean(&trial.runs.iter().filter(counts).map(of).collect::<Vec<_>>())
    };
    trials.iter().map(cost).collect()
}

fn log_validation_loss(run: &ConvergenceRecord) -> f64 {
    match (&run.outcome, run.curve.last().and_then(|point| point.valid_loss)) {
        (Outcome::Completed, Some(loss)) if loss.is_finite() => loss.ln(),
        _ => f64::INFINITY,
    }
}

fn improves_upwards(metric: &str) -> bool {
    metric.ends_with("accuracy")
}

/// The metric where the curve ends; the worst possible value for a run that diverged or measured nothing.
pub(crate) fn score(run: &ConvergenceRecord, metric: &str) -> f64 {
    let worst = if improves_upwards(metric) { 0.0 } else { f64::INFINITY };
    let last = match run.outcome {
        Outcome::Diverged { .. } => None,
        Outcome::Completed => run.curve.last(),
    };
    let value = last.and_then(|point| match metric {
        "test_accuracy" => point.test_accuracy,
        "train_loss" => point.train_loss,
        _ => point.test_loss,
    });
    value.filter(|m| !m.is_nan()).unwrap_or(worst)
}

/// Where statistics of an evaluation come from, as metrics name it, and in words.
pub(crate) const SOURCES: [(&str, &str); 4] = [
    ("population", "statistics of the population"),
    ("running", "running averages"),
    ("shared", "statistics shared over steps"),
    ("batch", "statistics of the batch"),
];

impl<'a> Contest<'a> {
    /// The contender that stands for a method beside the others: with the settings in which most methods were trained, if it was
    /// too, and of several in the place where most of its runs are; not the one that did best.
    pub(crate) fn representative(&self, method: &str) -> Option<&Contender<'a>> {
        let mut methods: BTreeMap<&str, (BTreeSet<&str>, usize)> = BTreeMap::new();
        for contender in &self.contenders {
            let (seen, runs) = methods.entry(&contender.settings).or_default();
            seen.insert(&contender.method);
            *runs += contender.runs();
        }
        let common = methods.iter().max_by_key(|(_, (methods, runs))| (methods.len(), *runs)).map(|m| *m.0);
        let own = self.contenders.iter().filter(|c| c.method == method);
        // Of equals the first, which has the better score.
        own.rev().max_by_key(|c| (Some(&c.settings[..]) == common, c.runs()))
    }

    /// The sources that runs of this workload were evaluated by, where there is more than one.
    pub(crate) fn sources(&self) -> Vec<(&'static str, &'static str)> {
        let known = |source: &str| self.contenders.iter().any(|c| self.by_source(c, source).is_some());
        let sources: Vec<_> = SOURCES.into_iter().filter(|(source, _)| known(source)).collect();
        if sources.len() > 1 { sources } else { Vec::new() }
    }

    /// The metric of the scores by statistics from one source, at the chosen rate. A run that diverged has the worst value.
    pub(crate) fn by_source(&self, contender: &Contender<'_>, source: &str) -> Option<Spread> {
        let name = format!("{}_{source}", self.metric);
        let runs = &contender.best().runs;
        runs.iter().any(|run| run.metrics.contains_key(&name)).then(|| {
            let worst = if improves_upwards(self.metric) { 0.0 } else { f64::INFINITY };
            let value = |run: &ConvergenceRecord| match run.outcome {
                Outcome::Diverged { .. } => worst,
                Outcome::Completed => {
                    run.metrics.get(&name).copied().filter(|v| !v.is_nan()).unwrap_or(worst)
                }
            };
            Spread::new(runs.iter().map(|run| (run.cell.seed, value(run))).collect(), mean)
        })
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

fn settings(record: &ConvergenceRecord, differing: &BTreeSet<String>, manifest: &Manifest) -> String {
    let settings = named(record, manifest);
    let one = |name: &String| settings.get(name).map(|value| format!("{name} {value}"));
    differing.iter().filter_map(one).collect::<Vec<_>>().join(", ")
}
