//! The figures and tables of one workload.

use std::collections::BTreeSet;

use results::{ConvergenceRecord, Direction, Outcome};

use crate::convergence::{Contender, Contest, Trial};
use crate::error::Error;
use crate::figure::Figure;
use crate::format;
use crate::lines::{self, Kind, Line, Plot};
use crate::load::Loaded;
use crate::slug::{joined, slug};
use crate::stats::{Spread, mean};
use crate::table::{Cell, Table};

/// Lines that one drawing carries before it stops being readable; the tables carry all.
const MOST_LINES: usize = 10;

/// A contender's name: the method and what tells it from others of the same method.
pub(crate) fn name(loaded: &Loaded, contender: &Contender<'_>) -> String {
    let title = loaded.title(&contender.method);
    if contender.detail.is_empty() { title.to_owned() } else { format!("{title}, {}", contender.detail) }
}

/// The name at a line's end: the method alone where all contenders share the rest.
fn label(loaded: &Loaded, contest: &Contest<'_>, contender: &Contender<'_>) -> String {
    if contest.contenders.iter().all(|c| c.detail == contender.detail) {
        loaded.title(&contender.method).to_owned()
    } else {
        name(loaded, contender)
    }
}

/// Whether every run of a trial diverged.
fn wholly(trial: &Trial<'_>) -> bool {
    trial.diverged == trial.runs.len()
}

/// A break in a line.
fn nothing() -> Spread {
    Spread::new(Vec::new(), mean)
}

/// The number of a contender's series: that of its method while methods appear once, so that colours agree over
/// the whole page; otherwise its place.
fn series(methods: &[String], contest: &Contest<'_>, index: usize) -> usize {
    let names: BTreeSet<&str> = contest.contenders.iter().map(|c| c.method.as_str()).collect();
    if names.len() == contest.contenders.len() {
        methods.iter().position(|m| *m == contest.contenders[index].method).unwrap_or(index)
    } else {
        index
    }
}

fn too_many(contest: &Contest<'_>) -> String {
    if contest.contenders.len() > MOST_LINES {
        format!(" Drawn are the best {MOST_LINES} of {}.", contest.contenders.len())
    } else {
        String::new()
    }
}

/// Mean of the metric over seeds, by step. A run that diverged counts with the worst value from then on.
fn curve(trial: &Trial<'_>) -> Vec<(u64, Spread)> {
    let steps: BTreeSet<u64> = trial.runs.iter().flat_map(|r| r.curve.iter().map(|p| p.step)).collect();
    let mut points = Vec::new();
    for step in steps {
        let values: Vec<(u64, f64)> =
            trial.runs.iter().filter_map(|run| Some((run.cell.seed, value_at(run, step)?))).collect();
        if !values.is_empty() {
            points.push((step, Spread::new(values, mean)));
        }
    }
    points
}

fn value_at(run: &ConvergenceRecord, step: u64) -> Option<f64> {
    let worst = match run.target.direction {
        Direction::HigherIsBetter => 0.0,
        Direction::LowerIsBetter => f64::INFINITY,
    };
    if matches!(run.outcome, Outcome::Diverged { step: end, .. } if step >= end) {
        return Some(worst);
    }
    let point = run.curve.iter().find(|p| p.step == step)?;
    let value = run.metric(point)?;
    Some(if value.is_nan() { worst } else { value })
}

/// Learning curves at each contender's rate.
pub(crate) fn curves(loaded: &Loaded, contest: &Contest<'_>, methods: &[String]) -> Result<Figure, Error> {
    let id = format!("curves-{}", slug(&contest.workload));
    let metric = contest.target.metric.as_str();
    let text = |v: f64| format::metric(metric, v);
    let caption = format!(
        "Mean of the {} over seeds, each contender at its rate; every thin line is one seed. A run that diverged counts \
         with the worst possible value from then on.{}",
        words(metric),
        too_many(contest)
    );
    let mut table = Table::new(
        format!("Points of the learning curves on {}, by contender and step", contest.workload),
        &["contender", "#rate", "#step", "#mean", "#seeds", "by seed"],
    );
    let mut drawn = Vec::new();
    for (i, contender) in contest.contenders.iter().enumerate().take(MOST_LINES) {
        let points = curve(contender.best());
        for (step, spread) in &points {
            table.rows.push(vec![
                Cell::text(name(loaded, contender)),
                Cell::number(contender.best().rate, format::number(contender.best().rate)),
                Cell::number(*step as f64, format::count(*step)),
                Cell::number(spread.center, text(spread.center)),
                Cell::number(spread.seeds.len() as f64, spread.seeds.len().to_string()),
                Cell::text(format::by_seed(spread, text)),
            ]);
        }
        drawn.push(Line {
            series: series(methods, contest, i),
            label: label(loaded, contest, contender),
            points: points.into_iter().map(|(step, spread)| (step as f64, spread)).collect(),
            failures: Vec::new(),
        });
    }
    let title = format!("Learning curves on {}", contest.workload);
    let svg = lines::draw(
        &Plot {
            id: &id,
            title: &title,
            description: &caption,
            x_label: "updates",
            y_label: words(metric),
            kind: Kind::Course,
            x_ticks: &[],
            worst_below: contest.target.direction == Direction::HigherIsBetter,
            reference: Some((contest.target.value, format!("target {}", text(contest.target.value)))),
            fraction: metric.ends_with("accuracy"),
            y_tick: &|v| format::metric_tick(metric, v),
        },
        &drawn,
    )?;
    Ok(Figure { id, title, caption, svg, table })
}

/// The final metric against the learning rate.
pub(crate) fn rates(loaded: &Loaded, contest: &Contest<'_>, methods: &[String]) -> Result<Figure, Error> {
    let id = format!("rates-{}", slug(&contest.workload));
    let metric = contest.metric;
    let text = |v: f64| format::metric(metric, v);
    let caption = format!(
        "Mean of the final {} over seeds at every rate tried; every dot is one seed. {} A cross marks a rate at which runs \
         diverged: on a point if some did, which then count with the worst possible value; at the edge if all did.{}",
        words(metric),
        chosen_by(contest),
        too_many(contest)
    );
    let mut table = Table::new(
        format!("Final {} on {}, by contender and rate", words(metric), contest.workload),
        &["contender", "#rate", "#mean", "#seeds", "by seed", "#diverged", "chosen"],
    );
    // A contest has few rates, and each is a place where something was measured: better ticks than round values.
    let mut ticks: Vec<f64> =
        contest.contenders.iter().flat_map(|c| c.trials.iter().map(|t| t.rate)).collect();
    ticks.sort_by(f64::total_cmp);
    ticks.dedup();
    if ticks.len() > 9 {
        ticks.clear();
    }
    let mut drawn = Vec::new();
    for (i, contender) in contest.contenders.iter().enumerate().take(MOST_LINES) {
        let mut failures = Vec::new();
        for (t, trial) in contender.trials.iter().enumerate() {
            if trial.diverged > 0 {
                failures.push((trial.rate, Some(trial.score.center).filter(|_| !wholly(trial))));
            }
            table.rows.push(vec![
                Cell::text(name(loaded, contender)),
                Cell::number(trial.rate, format::number(trial.rate)),
                Cell::number(trial.score.center, text(trial.score.center)),
                Cell::number(trial.runs.len() as f64, trial.runs.len().to_string()),
                Cell::text(format::by_seed(&trial.score, text)),
                Cell::number(trial.diverged as f64, of(trial.diverged, trial.runs.len())),
                Cell::text(if t == contender.best { "yes" } else { "no" }),
            ]);
        }
        drawn.push(Line {
            series: series(methods, contest, i),
            label: label(loaded, contest, contender),
            points: contender
                .trials
                .iter()
                .map(|t| (t.rate, if wholly(t) { nothing() } else { t.score.clone() }))
                .collect(),
            failures,
        });
    }
    let title = format!("Sensitivity to the learning rate on {}", contest.workload);
    let y_label = format!("final {}", words(metric));
    let svg = lines::draw(
        &Plot {
            id: &id,
            title: &title,
            description: &caption,
            x_label: "learning rate",
            y_label: &y_label,
            kind: Kind::Sweep,
            x_ticks: &ticks,
            worst_below: contest.target.direction == Direction::HigherIsBetter,
            reference: None,
            fraction: metric.ends_with("accuracy"),
            y_tick: &|v| format::metric_tick(metric, v),
        },
        &drawn,
    )?;
    Ok(Figure { id, title, caption, svg, table })
}

/// By what the rate of each contender was chosen.
fn chosen_by(contest: &Contest<'_>) -> &'static str {
    if contest.validated {
        "The rate of each contender is the one with the smallest mean logarithm of the validation loss."
    } else {
        "This run has no validation cases: the rate of each contender was chosen on the numbers that are shown."
    }
}

/// All contenders, best mean first.
pub(crate) fn standings(loaded: &Loaded, contest: &Contest<'_>) -> Table {
    let text = |v: f64| format::metric(contest.metric, v);
    let what = words(contest.metric);
    let sources = contest.sources();
    let mut labels = vec!["contender".to_owned(), "#rate".to_owned()];
    labels.extend([format!("#final {what}, mean"), "lowest – highest seed".to_owned()]);
    labels.extend(sources.iter().map(|(_, by)| format!("#by {by}")));
    let rest = ["#median steps to target", "reached target", "#diverged, all rates", "#trials"];
    labels.extend(rest.iter().chain(&["#trained numbers", "#state bytes"]).map(|label| (*label).to_owned()));
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    let mut table = Table::new(
        format!(
            "Contenders on {}, best mean of the final {what} first, which says nothing of whether they differ. {}",
            contest.workload,
            chosen_by(contest)
        ),
        &labels,
    );
    for contender in &contest.contenders {
        let best = contender.best();
        let runs: usize = contender.trials.iter().map(|t| t.runs.len()).sum();
        let diverged: usize = contender.trials.iter().map(|t| t.diverged).sum();
        let mut row = vec![
            Cell::text(name(loaded, contender)).linked(loaded.links.method(&contender.method)),
            Cell::number(best.rate, format::number(best.rate)),
            Cell::number(best.score.center, text(best.score.center)),
            Cell::text(format::spread(&best.score, text)),
        ];
        row.extend(sources.iter().map(|(source, _)| match contest.by_source(contender, source) {
            Some(spread) => Cell::number(spread.center, text(spread.center)),
            None => Cell::absent("none"),
        }));
        row.extend([
            Cell::number(contender.steps.center, steps_text(contender)),
            Cell::text(of(contender.reached, best.runs.len())),
            Cell::number(diverged as f64, of(diverged, runs)),
            Cell::number(runs as f64, runs.to_string()),
            same(&best.runs, |r| r.parameters, format::count),
            same(&best.runs, |r| r.state_bytes, format::bytes),
        ]);
        table.rows.push(row);
        let mut names = vec![contest.workload.as_str(), contender.method.as_str()];
        names.extend(Some(contender.detail.as_str()).filter(|detail| !detail.is_empty()));
        table.anchors.push(format!("standing-{}", joined(&names)));
    }
    table
}

/// A number of updates, possibly infinite.
pub(crate) fn steps(value: f64) -> String {
    if value.is_finite() { format::count(value.round() as u64) } else { "∞".to_owned() }
}

/// Median steps with the lowest and the highest, or that the target was never reached.
fn steps_text(contender: &Contender<'_>) -> String {
    if contender.reached == 0 {
        return "∞ (never reached)".into();
    }
    format!("{} ({})", steps(contender.steps.center), format::spread(&contender.steps, steps))
}

/// A number that all runs of a trial share, or that they do not.
fn same(
    runs: &[&ConvergenceRecord],
    get: impl Fn(&ConvergenceRecord) -> u64,
    show: impl Fn(u64) -> String,
) -> Cell {
    let values: BTreeSet<u64> = runs.iter().map(|r| get(r)).collect();
    match values.first() {
        Some(value) if values.len() == 1 => Cell::number(*value as f64, show(*value)),
        _ => Cell::absent("differs between seeds"),
    }
}

/// `2 of 5`.
fn of(part: usize, whole: usize) -> String {
    format!("{part} of {whole}")
}

/// A field name as words.
pub(crate) fn words(metric: &str) -> &str {
    match metric {
        "valid_accuracy" => "validation accuracy",
        "valid_loss" => "validation loss",
        "test_accuracy" => "test accuracy",
        "test_loss" => "test loss",
        "train_loss" => "training loss",
        other => other,
    }
}

/// What a reader of the numbers of one workload must know, in sentences made from them.
pub(crate) fn remarks(loaded: &Loaded, contest: &Contest<'_>) -> Vec<String> {
    let mut sentences = Vec::new();
    if contest.contenders.iter().all(|c| c.reached == 0) {
        sentences.push("No contender reached the target.".to_owned());
    }
    for contender in &contest.contenders {
        let all: Vec<String> =
            contender.trials.iter().filter(|t| wholly(t)).map(|t| format::number(t.rate)).collect();
        if !all.is_empty() {
            sentences.push(format!(
                "{} diverged with every seed at rate {}.",
                name(loaded, contender),
                all.join(", ")
            ));
        }
    }
    for contender in &contest.contenders {
        let short = contender.trials.iter().filter(|t| t.runs.len() < contest.seeds.len()).count();
        if short > 0 {
            sentences.push(format!(
                "{}: {short} of {} rates have fewer than all {} seeds.",
                name(loaded, contender),
                contender.trials.len(),
                contest.seeds.len()
            ));
        }
    }
    sentences
}
