//! The figures and tables of one workload.

use std::collections::BTreeSet;

use results::{ConvergenceRecord, Direction, Outcome};

use crate::convergence::{Contender, Contest, Trial};
use crate::error::Error;
use crate::figure::Figure;
use crate::format;
use crate::lines::{self, Kind, Line, Plot};
use crate::load::Loaded;
use crate::slug::slug;
use crate::stats::{Estimate, bootstrap, mean};
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
const NOTHING: Estimate = Estimate { value: f64::NAN, lower: f64::NAN, upper: f64::NAN };

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
fn curve(trial: &Trial<'_>) -> Vec<(u64, Estimate, usize)> {
    let steps: BTreeSet<u64> = trial.runs.iter().flat_map(|r| r.curve.iter().map(|p| p.step)).collect();
    let mut points = Vec::new();
    for step in steps {
        let values: Vec<f64> = trial.runs.iter().filter_map(|run| value_at(run, step)).collect();
        if !values.is_empty() {
            points.push((step, bootstrap(&values, mean), values.len()));
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

/// Learning curves at each contender's best rate.
pub(crate) fn curves(loaded: &Loaded, contest: &Contest<'_>, methods: &[String]) -> Result<Figure, Error> {
    let id = format!("curves-{}", slug(&contest.workload));
    let metric = contest.target.metric.as_str();
    let text = |v: f64| format::metric(metric, v);
    let caption = format!(
        "Mean of the {} over paired seeds, each contender at its best rate; the band is a 95 % bootstrap interval. \
         A run that diverged counts with the worst possible value from then on.{}",
        words(metric),
        too_many(contest)
    );
    let mut table = Table::new(
        format!("Points of the learning curves on {}, by contender and step", contest.workload),
        &["contender", "#rate", "#step", "#mean", "#lower", "#upper", "#seeds"],
    );
    let mut drawn = Vec::new();
    for (i, contender) in contest.contenders.iter().enumerate().take(MOST_LINES) {
        let points = curve(contender.best());
        for (step, e, seeds) in &points {
            table.rows.push(vec![
                Cell::text(name(loaded, contender)),
                Cell::number(contender.best().rate, format::number(contender.best().rate)),
                Cell::number(*step as f64, format::count(*step)),
                Cell::number(e.value, text(e.value)),
                bound(e.lower, &text),
                bound(e.upper, &text),
                Cell::number(*seeds as f64, seeds.to_string()),
            ]);
        }
        drawn.push(Line {
            series: series(methods, contest, i),
            label: label(loaded, contest, contender),
            points: points.into_iter().map(|(step, e, _)| (step as f64, e)).collect(),
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
    let metric = contest.target.metric.as_str();
    let text = |v: f64| format::metric(metric, v);
    let caption = format!(
        "Mean of the final {} over seeds at every rate tried, with 95 % bootstrap intervals. A cross marks a rate at \
         which runs diverged: on a point if some did, which then count with the worst possible value; at the edge if \
         all did.{}",
        words(metric),
        too_many(contest)
    );
    let mut table = Table::new(
        format!("Final {} on {}, by contender and rate", words(metric), contest.workload),
        &["contender", "#rate", "#mean", "#lower", "#upper", "#seeds", "#diverged", "best rate"],
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
                failures.push((trial.rate, Some(trial.score.value).filter(|_| !wholly(trial))));
            }
            table.rows.push(vec![
                Cell::text(name(loaded, contender)),
                Cell::number(trial.rate, format::number(trial.rate)),
                Cell::number(trial.score.value, text(trial.score.value)),
                bound(trial.score.lower, &text),
                bound(trial.score.upper, &text),
                Cell::number(trial.runs.len() as f64, trial.runs.len().to_string()),
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
                .map(|t| (t.rate, if wholly(t) { NOTHING } else { t.score }))
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

/// All contenders, best first.
pub(crate) fn standings(loaded: &Loaded, contest: &Contest<'_>) -> Table {
    let metric = contest.target.metric.as_str();
    let text = |v: f64| format::metric(metric, v);
    let final_metric = format!("#final {}", words(metric));
    let mut table = Table::new(
        format!("Contenders on {}, best final {} first", contest.workload, words(metric)),
        &[
            "contender",
            "#best rate",
            &final_metric,
            "95 % interval",
            "tied with the best",
            "#median steps to target",
            "reached target",
            "#diverged, all rates",
            "#trials",
            "#trained numbers",
            "#state bytes",
        ],
    );
    for contender in &contest.contenders {
        let best = contender.best();
        let runs: usize = contender.trials.iter().map(|t| t.runs.len()).sum();
        let diverged: usize = contender.trials.iter().map(|t| t.diverged).sum();
        table.rows.push(vec![
            Cell::text(name(loaded, contender)).linked(format!("#method-{}", slug(&contender.method))),
            Cell::number(best.rate, format::number(best.rate)),
            Cell::number(best.score.value, text(best.score.value)),
            Cell::text(format::interval(&best.score, text)),
            Cell::text(if contender.tied { "yes" } else { "no" }),
            steps_cell(contender),
            Cell::text(of(contender.reached, best.runs.len())),
            Cell::number(diverged as f64, of(diverged, runs)),
            Cell::number(runs as f64, runs.to_string()),
            same(&best.runs, |r| r.parameters, format::count),
            same(&best.runs, |r| r.state_bytes, format::bytes),
        ]);
    }
    table
}

/// A number of updates, possibly infinite.
pub(crate) fn steps(value: f64) -> String {
    if value.is_finite() { format::count(value.round() as u64) } else { "∞".to_owned() }
}

/// Median steps with its interval, or that the target was never reached.
pub(crate) fn steps_text(contender: &Contender<'_>) -> String {
    if contender.reached == 0 {
        return "∞ (never reached)".into();
    }
    format!("{} ({})", steps(contender.steps.value), format::interval(&contender.steps, steps))
}

fn steps_cell(contender: &Contender<'_>) -> Cell {
    Cell::number(contender.steps.value, steps_text(contender))
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

fn bound(value: f64, text: &impl Fn(f64) -> String) -> Cell {
    if value.is_finite() { Cell::number(value, text(value)) } else { Cell::absent("unbounded") }
}

/// `2 of 5`.
pub(crate) fn of(part: usize, whole: usize) -> String {
    format!("{part} of {whole}")
}

/// A field name as words.
pub(crate) fn words(metric: &str) -> &str {
    match metric {
        "test_accuracy" => "test accuracy",
        "test_loss" => "test loss",
        "train_loss" => "training loss",
        other => other,
    }
}

/// What the numbers of one workload say, in sentences made from them.
pub(crate) fn verdicts(loaded: &Loaded, contest: &Contest<'_>) -> Vec<String> {
    let metric = contest.target.metric.as_str();
    let Some(first) = contest.contenders.first() else { return Vec::new() };
    let score = &first.best().score;
    let mut sentences = vec![format!(
        "Highest standing: {}, final {} {} ({}) at rate {}.",
        name(loaded, first),
        words(metric),
        format::metric(metric, score.value),
        format::interval(score, |v| format::metric(metric, v)),
        format::number(first.best().rate)
    )];
    let names = |tied: bool| -> Vec<String> {
        contest.contenders.iter().skip(1).filter(|c| c.tied == tied).map(|c| name(loaded, c)).collect()
    };
    if !names(true).is_empty() {
        sentences.push(format!("Not distinguishable from it: {}.", names(true).join("; ")));
    }
    if !names(false).is_empty() {
        sentences.push(format!("Distinguishably behind: {}.", names(false).join("; ")));
    }
    let reached = || contest.contenders.iter().filter(|c| c.reached > 0);
    let fewest = reached().map(|c| c.steps.value).fold(f64::INFINITY, f64::min);
    let quickest: Vec<String> = reached()
        .filter(|c| c.steps.value == fewest)
        .map(|c| format!("{}, {}", name(loaded, c), steps_text(c)))
        .collect();
    sentences.push(if quickest.is_empty() {
        "No contender reached the target.".into()
    } else {
        format!("Fewest updates to the target: {}.", quickest.join("; "))
    });
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
