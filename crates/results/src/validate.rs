//! Do the files of a run agree with each other and with the rules?

use std::collections::BTreeSet;

use crate::throughput::BenchId;
use crate::timestamp::is_utc;
use crate::{ConvergenceRecord, Error, Manifest, MethodRecord, Outcome, Problem, Run, ThroughputRecord};

impl Run {
    /// Reads everything and reports all contradictions at once as [`Error::Invalid`].
    pub fn validate(&self) -> Result<(), Error> {
        let mut problems = Vec::new();
        manifest(self.manifest(), &mut problems);
        let methods = self.methods()?;
        let workloads = self.workloads()?;
        let known = |ids: Vec<&str>| ids.into_iter().map(str::to_owned).collect::<BTreeSet<String>>();
        let method_ids = methods.as_ref().map(|m| known(m.iter().map(|r| r.id.as_str()).collect()));
        let workload_ids = workloads.as_ref().map(|w| known(w.iter().map(|r| r.id.as_str()).collect()));
        if let Some(methods) = &methods {
            unique("methods.json", "id", methods.iter().map(|m| m.id.clone()), &mut problems);
            for record in methods {
                method(record, &mut problems);
            }
        }
        if let Some(workloads) = &workloads {
            unique("workloads.json", "id", workloads.iter().map(|w| w.id.clone()), &mut problems);
        }
        for record in self.cells()? {
            let file = format!("cells/{}.json", record.id);
            declared(
                &file,
                "method",
                &record.cell.method,
                method_ids.as_ref(),
                "methods.json",
                &mut problems,
            );
            declared(
                &file,
                "workload",
                &record.cell.workload,
                workload_ids.as_ref(),
                "workloads.json",
                &mut problems,
            );
            if !self.manifest().seeds.contains(&record.cell.seed) {
                problems.push(Problem::Unknown {
                    file: file.clone(),
                    field: "seed",
                    value: record.cell.seed.to_string(),
                    declared_in: "manifest.json",
                });
            }
            cell(&file, &record, &mut problems);
        }
        if let Some(records) = self.throughput()? {
            throughput(&records, method_ids.as_ref(), &mut problems);
        }
        self.peers()?;
        self.noise()?;
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Error::Invalid { path: self.dir().to_owned(), problems })
        }
    }
}

fn manifest(m: &Manifest, problems: &mut Vec<Problem>) {
    const FILE: &str = "manifest.json";
    unique(FILE, "seeds", m.seeds.iter().map(ToString::to_string), problems);
    if m.seeds.is_empty() {
        problems.push(Problem::Empty { file: FILE.into(), field: "seeds" });
    }
    if m.command.is_empty() {
        problems.push(Problem::Empty { file: FILE.into(), field: "command" });
    }
    let hex = |c: char| c.is_ascii_hexdigit();
    let mut form = |field, ok: bool, expected, got: &str| {
        if !ok {
            problems.push(Problem::Form { file: FILE.into(), field, expected, got: got.to_owned() });
        }
    };
    let digest = m.lock_sha256.len() == 64 && m.lock_sha256.chars().all(hex);
    form("lock_sha256", digest, "64 hexadecimal digits", &m.lock_sha256);
    form("started", is_utc(&m.started), "YYYY-MM-DDThh:mm:ssZ", &m.started);
    if let Some(finished) = &m.finished {
        form("finished", is_utc(finished), "YYYY-MM-DDThh:mm:ssZ", finished);
        form(
            "finished",
            !is_utc(&m.started) || *finished >= m.started,
            "a time not before the start",
            finished,
        );
    }
}

fn method(m: &MethodRecord, problems: &mut Vec<Problem>) {
    let file = || format!("methods.json, {}", m.id);
    for picture in &m.pictures {
        let mut length = |field, expected, got| {
            if expected != got {
                problems.push(Problem::Length { file: file(), field, expected, got });
            }
        };
        length("pictures.cells", picture.rows.len(), picture.cells.len());
        for row in &picture.cells {
            length("pictures.cells row", picture.columns.len(), row.len());
        }
        if let Some(grid) = &picture.grid {
            length("pictures.columns", grid.down * grid.across, picture.columns.len());
        }
    }
    if m.formula.is_empty() {
        problems.push(Problem::Empty { file: file(), field: "formula" });
    }
}

fn cell(file: &str, record: &ConvergenceRecord, problems: &mut Vec<Problem>) {
    let mut number = |field, expected, got: f64, ok: bool| {
        if !ok {
            problems.push(Problem::Number { file: file.to_owned(), field, expected, got });
        }
    };
    let rate = record.cell.learning_rate;
    number("learning_rate", "a finite number above 0", rate, rate.is_finite() && rate > 0.0);
    for pair in record.curve.windows(2) {
        number("curve.step", "rising steps", pair[1].step as f64, pair[0].step < pair[1].step);
    }
    for point in &record.curve {
        if let Some(a) = point.test_accuracy {
            number("curve.test_accuracy", "a fraction of 1", a, a.is_nan() || (0.0..=1.0).contains(&a));
        }
    }
    if let (Some(steps), Some(last)) = (record.steps_to_target, record.curve.last()) {
        number("steps_to_target", "no more steps than were done", steps as f64, steps <= last.step);
    }
    if let (Outcome::Diverged { step, .. }, Some(last)) = (&record.outcome, record.curve.last()) {
        number("outcome.step", "no earlier step than the last point", *step as f64, *step >= last.step);
    }
    if record.steps_to_target.is_some() != record.seconds_to_target.is_some() {
        problems.push(Problem::Form {
            file: file.to_owned(),
            field: "seconds_to_target",
            expected: "a time exactly where there are steps",
            got: format!("{:?}", record.seconds_to_target),
        });
    }
    if !matches!(record.target.metric.as_str(), "test_accuracy" | "test_loss" | "train_loss") {
        problems.push(Problem::Form {
            file: file.to_owned(),
            field: "target.metric",
            expected: "test_accuracy, test_loss or train_loss",
            got: record.target.metric.clone(),
        });
    }
}

fn throughput(records: &[ThroughputRecord], methods: Option<&BTreeSet<String>>, problems: &mut Vec<Problem>) {
    const FILE: &str = "throughput.json";
    unique(FILE, "id", records.iter().map(|r| r.id.clone()), problems);
    for r in records {
        match r.id.parse::<BenchId>() {
            Ok(id) => {
                if let Some(method) = id.method() {
                    declared(FILE, "id", method, methods, "methods.json", problems);
                }
            }
            Err(_) => problems.push(Problem::Form {
                file: FILE.into(),
                field: "id",
                expected: "norm/…, cell/…, update/… or copy/… with all its parts",
                got: r.id.clone(),
            }),
        }
        let ordered = r.lower_ns > 0.0 && r.lower_ns <= r.median_ns && r.median_ns <= r.upper_ns;
        if !(ordered && r.upper_ns.is_finite()) {
            problems.push(Problem::Number {
                file: FILE.into(),
                field: "median_ns",
                expected: "a positive time inside its interval",
                got: r.median_ns,
            });
        }
    }
}

fn unique(
    file: &str,
    field: &'static str,
    values: impl Iterator<Item = String>,
    problems: &mut Vec<Problem>,
) {
    let mut seen = BTreeSet::new();
    for value in values {
        if !seen.insert(value.clone()) {
            problems.push(Problem::Duplicate { file: file.to_owned(), field, value });
        }
    }
}

fn declared(
    file: &str,
    field: &'static str,
    value: &str,
    known: Option<&BTreeSet<String>>,
    declared_in: &'static str,
    problems: &mut Vec<Problem>,
) {
    if known.is_some_and(|k| !k.contains(value)) {
        problems.push(Problem::Unknown {
            file: file.to_owned(),
            field,
            value: value.to_owned(),
            declared_in,
        });
    }
}
