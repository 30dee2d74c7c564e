//! What a run says of a workload, its target above all: every cell is judged by it.

use crate::{Problem, Target, WorkloadRecord};

/// `validates`: whether the run is one that chooses by validation cases.
pub(crate) fn check(w: &WorkloadRecord, validates: bool, problems: &mut Vec<Problem>) {
    let file = format!("workloads.json, {}", w.id);
    target(&file, &w.target, problems);
    if validates && w.validation_cases == 0 {
        problems.push(Problem::Number {
            file,
            field: "validation_cases",
            expected: "a number above 0 where rates are chosen by validation",
            got: 0.0,
        });
    }
}

/// A target that can be reached, in a metric that is known, in the direction in which that metric improves.
pub(crate) fn target(file: &str, target: &Target, problems: &mut Vec<Problem>) {
    let mut form = |field, expected, got: String| {
        problems.push(Problem::Form { file: file.to_owned(), field, expected, got });
    };
    match target.direction_of_metric() {
        None => form(
            "target.metric",
            "valid_accuracy, valid_loss, test_accuracy, test_loss or train_loss",
            target.metric.clone(),
        ),
        Some(direction) if direction != target.direction => {
            form(
                "target.direction",
                "the way in which the metric improves",
                format!("{:?}", target.direction),
            );
        }
        Some(_) => {}
    }
    let accuracy = target.metric.ends_with("accuracy");
    if !target.value.is_finite() || (accuracy && !(0.0..=1.0).contains(&target.value)) {
        problems.push(Problem::Number {
            file: file.to_owned(),
            field: "target.value",
            expected: "a finite number, for an accuracy a fraction of 1",
            got: target.value,
        });
    }
}
