//! The tables of one workload, and its words.

use std::collections::BTreeSet;

use results::ConvergenceRecord;

use crate::convergence::{Contender, Contest, Trial};
use crate::format;
use crate::load::Loaded;
use crate::slug::joined;
use crate::table::{Cell, Table};

/// A contender's name: the method and what tells it from others of the same method.
pub(crate) fn name(loaded: &Loaded, contender: &Contender<'_>) -> String {
    let title = loaded.title(&contender.method);
    if contender.detail.is_empty() { title.to_owned() } else { format!("{title}, {}", contender.detail) }
}

/// Whether every run of a trial diverged.
pub(crate) fn wholly(trial: &Trial<'_>) -> bool {
    trial.diverged == trial.runs.len()
}

/// By what the rate of each contender was chosen.
pub(crate) fn chosen_by(contest: &Contest<'_>) -> &'static str {
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
pub(crate) fn of(part: usize, whole: usize) -> String {
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
