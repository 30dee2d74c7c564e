//! One training run: in itself, and against what its run declares.

use std::collections::BTreeMap;

use super::{Declared, Numbers, unknown, workload};
use crate::{ConvergenceRecord, Outcome, Problem, Target};

/// The name that problems give the file of a record.
fn file(record: &ConvergenceRecord) -> String {
    format!("cells/{}.json", record.id)
}

/// Everything that speaks against a record.
pub(crate) fn problems(record: &ConvergenceRecord, declared: &Declared<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    let file = file(record);
    against_run(&file, record, declared, &mut problems);
    workload::target(&file, &record.target, &mut problems);
    let mut numbers = Numbers { file: &file, problems: &mut problems };
    let rate = record.cell.learning_rate;
    numbers.expect(rate.is_finite() && rate > 0.0, "learning_rate", "a finite number above 0", rate);
    curve(record, &mut numbers);
    outcome(record, &mut numbers);
    to_target(&file, record, &mut problems);
    problems
}

fn against_run(file: &str, record: &ConvergenceRecord, declared: &Declared<'_>, problems: &mut Vec<Problem>) {
    let cell = &record.cell;
    problems.extend(declared.method(file, "method", &cell.method));
    if let Some(workloads) = &declared.workloads {
        match workloads.get(cell.workload.as_str()) {
            None => problems.push(unknown(file, "workload", &cell.workload, "workloads.json")),
            Some(workload) => {
                if workload.target != record.target {
                    problems.push(Problem::Contradiction {
                        file: file.to_owned(),
                        field: "target",
                        expected: format!("that of workload {}, {}", workload.id, words(&workload.target)),
                        got: words(&record.target),
                    });
                }
                if workload.refuses.contains_key(&cell.method) {
                    problems.push(Problem::Contradiction {
                        file: file.to_owned(),
                        field: "method",
                        expected: format!("a method that workload {} trains", workload.id),
                        got: cell.method.clone(),
                    });
                }
            }
        }
    }
    if !declared.manifest.seeds.contains(&cell.seed) {
        problems.push(unknown(file, "seed", &cell.seed.to_string(), "manifest.json"));
    }
    if !declared.identity(record.identity.as_deref()) {
        problems.push(unknown(
            file,
            "identity",
            record.identity.as_deref().unwrap_or("none"),
            "the parts of manifest.json",
        ));
    }
}

fn words(target: &Target) -> String {
    format!("{} {:?} {}", target.metric, target.direction, target.value)
}

fn curve(record: &ConvergenceRecord, numbers: &mut Numbers<'_>) {
    for pair in record.curve.windows(2) {
        let (a, b) = (&pair[0], &pair[1]);
        numbers.expect(a.step < b.step, "curve.step", "rising steps", b.step as f64);
        numbers.expect(a.epoch <= b.epoch, "curve.epoch", "epochs that do not fall", b.epoch);
        numbers.expect(a.seconds <= b.seconds, "curve.seconds", "seconds that do not fall", b.seconds);
    }
    let budget = record.cell.epochs as f64;
    for point in &record.curve {
        let (epoch, seconds) = (point.epoch, point.seconds);
        numbers.expect((0.0..=budget).contains(&epoch), "curve.epoch", "no more than the budget", epoch);
        numbers.expect(seconds.is_finite() && seconds >= 0.0, "curve.seconds", "a time, 0 or more", seconds);
        let accuracies =
            [("curve.valid_accuracy", point.valid_accuracy), ("curve.test_accuracy", point.test_accuracy)];
        for (field, accuracy) in accuracies {
            if let Some(a) = accuracy {
                let fraction = a.is_nan() || (0.0..=1.0).contains(&a);
                numbers.expect(fraction, field, "a fraction of 1", a);
            }
        }
    }
    let trained = record.curve.last().map_or(0.0, |point| point.seconds);
    let wall = record.wall_seconds;
    numbers.expect(
        wall.is_finite() && wall >= trained,
        "wall_seconds",
        "no less than the training took",
        wall,
    );
}

/// What completed has used up its budget and ended with numbers; what diverged ended no earlier than its curve.
fn outcome(record: &ConvergenceRecord, numbers: &mut Numbers<'_>) {
    let last = record.curve.last();
    match &record.outcome {
        Outcome::Completed => {
            let end = record.final_metric().unwrap_or(f64::NAN);
            numbers.expect(end.is_finite(), "curve", "a finite metric where a completed run ends", end);
            let epochs = record.cell.epochs as f64;
            let epoch = last.map_or(0.0, |point| point.epoch);
            numbers.expect(epoch == epochs, "curve.epoch", "the whole budget in a completed run", epoch);
            for loss in record.curve.iter().filter_map(|point| point.train_loss) {
                numbers.expect(
                    loss.is_finite(),
                    "curve.train_loss",
                    "a finite loss in a completed run",
                    loss,
                );
            }
            let ends = [
                ("curve.valid_loss", last.and_then(|point| point.valid_loss)),
                ("curve.test_loss", last.and_then(|point| point.test_loss)),
            ];
            for (field, loss) in ends {
                if let Some(loss) = loss {
                    let expected = "a finite loss where a completed run ends";
                    numbers.expect(loss.is_finite(), field, expected, loss);
                }
            }
        }
        Outcome::Diverged { step, .. } => {
            let reached = last.map_or(0, |point| point.step);
            numbers.expect(
                *step >= reached,
                "outcome.step",
                "no earlier step than the last point",
                *step as f64,
            );
        }
    }
}

/// Updates and seconds to the target are those of the first point that is there.
fn to_target(file: &str, record: &ConvergenceRecord, problems: &mut Vec<Problem>) {
    let first = record.first_reaching();
    let mut same = |field, expected: Option<String>, got: Option<String>| {
        if expected != got {
            let or_never = |v: Option<String>| v.unwrap_or_else(|| "never".to_owned());
            problems.push(Problem::Contradiction {
                file: file.to_owned(),
                field,
                expected: format!("{}, as the curve says", or_never(expected)),
                got: or_never(got),
            });
        }
    };
    same(
        "steps_to_target",
        first.map(|point| point.step.to_string()),
        record.steps_to_target.map(|steps| steps.to_string()),
    );
    same(
        "seconds_to_target",
        first.map(|point| point.seconds.to_string()),
        record.seconds_to_target.map(|seconds| seconds.to_string()),
    );
}

/// Where no workload is declared, the cells of one must agree on its target; where they do not, nobody can say which of
/// them is right, and none is kept.
pub(crate) fn same_targets(cells: &mut Vec<ConvergenceRecord>, problems: &mut Vec<Problem>) {
    let mut targets: BTreeMap<String, Vec<Target>> = BTreeMap::new();
    for record in &*cells {
        let seen = targets.entry(record.cell.workload.clone()).or_default();
        if !seen.contains(&record.target) {
            seen.push(record.target.clone());
        }
    }
    targets.retain(|_, seen| seen.len() > 1);
    cells.retain(|record| !targets.contains_key(&record.cell.workload));
    for (workload, seen) in targets {
        problems.push(Problem::Contradiction {
            file: "cells".to_owned(),
            field: "target",
            expected: format!("one target for workload {workload}, which workloads.json does not declare"),
            got: seen.iter().map(words).collect::<Vec<_>>().join(" and "),
        });
    }
}
