//! A training run that contradicts itself, its address or its run is found by name, left out, and takes nothing else with it.

use std::fs;

use results::{Contents, ConvergenceRecord, Descriptions, Direction, Outcome, Problem, RunWriter, Target};

use crate::common::{descriptions, method, record, start};

/// The contents of a run of one good cell and one that was changed.
fn with_cell(change: impl FnOnce(&mut ConvergenceRecord)) -> Contents {
    let folder = tempfile::tempdir().unwrap();
    let run = RunWriter::begin(folder.path(), &start(), &descriptions()).unwrap();
    run.write_cell(&record("layer", 0.1, 2)).unwrap();
    let mut cell = record("layer", 0.1, 1);
    change(&mut cell);
    cell.id = cell.cell.id();
    run.write_cell(&cell).unwrap();
    run.contents().unwrap()
}

#[track_caller]
fn refuses(field: &str, change: impl FnOnce(&mut ConvergenceRecord)) {
    let contents = with_cell(change);
    let said: Vec<String> = contents.problems.iter().map(ToString::to_string).collect();
    assert!(
        said.iter().any(|s| s.starts_with("cells/") && s.contains(&format!("{field}: expected"))),
        "{said:?}"
    );
    assert_eq!(contents.cells.len(), 1, "it is left out, and the other stays");
}

#[track_caller]
fn accepts(change: impl FnOnce(&mut ConvergenceRecord)) {
    let contents = with_cell(change);
    assert_eq!(contents.problems, []);
    assert_eq!(contents.cells.len(), 2);
}

/// So that a run that diverged may end anywhere.
fn diverge(cell: &mut ConvergenceRecord) {
    cell.outcome = Outcome::Diverged { step: 20, what: "the training loss is NaN".into() };
}

#[test]
fn a_cell_agrees_with_its_run() {
    accepts(|_| {});
    refuses("method", |c| c.cell.method = "other".into());
    refuses("method", |c| c.cell.method = "path-sgd".into());
    refuses("workload", |c| c.cell.workload = "other".into());
    refuses("seed", |c| c.cell.seed = 77);
    refuses("target", |c| c.target.value = 0.81);
    refuses("target", |c| c.target.direction = Direction::LowerIsBetter);
    refuses("target.direction", |c| c.target.direction = Direction::LowerIsBetter);
    refuses("target.metric", |c| c.target.metric = "joy".into());
    refuses("target.value", |c| c.target.value = 1.5);
    refuses("target.value", |c| c.target.value = -0.5);
}

/// Where a case has a number there is a loss to reach, and nothing to be right of.
#[test]
fn a_regression_has_no_accuracy() {
    let folder = tempfile::tempdir().unwrap();
    let mut about = descriptions();
    let target = Target { metric: "valid_loss".into(), value: 0.1, direction: Direction::LowerIsBetter };
    about.workloads[0].target = target.clone();
    let run = RunWriter::begin(folder.path(), &start(), &about).unwrap();
    let regression = |seed, loss: Option<f64>| {
        let mut cell = ConvergenceRecord { target: target.clone(), ..record("layer", 0.1, seed) };
        for point in &mut cell.curve {
            (point.valid_loss, point.test_loss, point.test_accuracy) = (loss, loss, None);
        }
        (cell.steps_to_target, cell.seconds_to_target) = (Some(10), Some(1.0));
        cell
    };
    run.write_cell(&regression(1, Some(0.05))).unwrap();
    run.write_cell(&regression(2, None)).unwrap();
    let contents = run.contents().unwrap();
    assert_eq!(contents.cells.len(), 1, "{:?}", contents.problems);
    assert_eq!(contents.cells[0].curve[1].test_accuracy, None);
    let said: Vec<String> = contents.problems.iter().map(ToString::to_string).collect();
    assert!(
        said.iter().any(|s| s.contains("curve: expected a finite metric where a completed run ends")),
        "{said:?}"
    );
}

/// The declared workload is the refused method's, not only its name.
#[test]
fn a_method_that_a_workload_refuses_is_not_trained_on_it() {
    let folder = tempfile::tempdir().unwrap();
    let about = Descriptions { methods: vec![method("layer"), method("path-sgd")], ..descriptions() };
    let run = RunWriter::begin(folder.path(), &start(), &about).unwrap();
    run.write_cell(&record("path-sgd", 0.1, 1)).unwrap();
    let contents = run.contents().unwrap();
    assert!(
        matches!(&contents.problems[..], [Problem::Contradiction { field: "method", .. }]),
        "{:?}",
        contents.problems
    );
}

#[test]
fn a_rate_is_finite_and_above_0() {
    for rate in [0.0, -0.0, -1.0] {
        refuses("learning_rate", |c| c.cell.learning_rate = rate);
    }
    for rate in [5e-324, 1.7e308] {
        accepts(|c| c.cell.learning_rate = rate);
    }
}

#[test]
fn a_curve_goes_forward() {
    refuses("curve.step", |c| c.curve.reverse());
    refuses("curve.step", |c| c.curve[0].step = 20);
    refuses("curve.epoch", |c| c.curve[0].epoch = 2.5);
    refuses("curve.epoch", |c| (c.curve[0].epoch, c.curve[1].epoch) = (2.0, 1.0));
    refuses("curve.epoch", |c| c.curve[0].epoch = f64::NAN);
    refuses("curve.epoch", |c| c.curve[0].epoch = -1.0);
    refuses("curve.seconds", |c| c.curve[0].seconds = 2.5);
    refuses("curve.seconds", |c| c.curve[0].seconds = -5.0);
    refuses("curve.seconds", |c| c.curve[0].seconds = f64::NAN);
    refuses("curve.seconds", |c| {
        (c.curve[1].seconds, c.seconds_to_target) = (f64::INFINITY, Some(f64::INFINITY));
        c.wall_seconds = 1e300;
    });
    accepts(|c| (c.curve[0].epoch, c.curve[0].seconds) = (2.0, 2.0));
    accepts(|c| (c.curve[0].epoch, c.curve[0].seconds) = (0.0, 0.0));
    refuses("curve.test_accuracy", |c| c.curve[0].test_accuracy = Some(97.0));
    refuses("curve.test_accuracy", |c| c.curve[0].test_accuracy = Some(-0.1));
    refuses("curve.valid_accuracy", |c| c.curve[0].valid_accuracy = Some(97.0));
    accepts(|c| c.curve[0].valid_accuracy = Some(0.97));
    accepts(|c| c.curve[0].test_accuracy = Some(0.0));
    accepts(|c| c.curve[0].test_accuracy = None);
}

#[test]
fn a_cell_takes_no_less_time_than_its_training() {
    refuses("wall_seconds", |c| c.wall_seconds = 1.9);
    refuses("wall_seconds", |c| c.wall_seconds = -5.0);
    accepts(|c| c.wall_seconds = 2.0);
}

#[test]
fn a_run_that_completed_used_its_budget_and_ended_with_numbers() {
    refuses("curve", |c| {
        c.curve.clear();
        (c.steps_to_target, c.seconds_to_target) = (None, None);
    });
    refuses("curve.epoch", |c| c.curve[1].epoch = 1.5);
    refuses("curve.train_loss", |c| c.curve[0].train_loss = Some(f64::NAN));
    refuses("curve.train_loss", |c| c.curve[1].train_loss = Some(f64::INFINITY));
    refuses("curve.test_loss", |c| c.curve[1].test_loss = Some(f64::NAN));
    refuses("curve.valid_loss", |c| c.curve[1].valid_loss = Some(f64::INFINITY));
    accepts(|c| c.curve[0].valid_loss = Some(f64::INFINITY));
    refuses("curve", |c| c.curve[1].test_accuracy = None);
    // Between the epochs a test loss may leave the range and come back.
    accepts(|c| c.curve[0].test_loss = Some(f64::INFINITY));
}

/// What a runner makes of a curve is what a reader accepts.
#[test]
fn a_curve_whose_test_loss_ends_outside_the_numbers_diverged() {
    let ends = |loss: Option<f64>| {
        let mut cell = record("layer", 0.1, 1);
        cell.curve[0].test_loss = Some(f64::INFINITY);
        cell.curve[1].test_loss = loss;
        Outcome::of(&cell.curve)
    };
    assert_eq!(ends(Some(0.1)), Outcome::Completed);
    assert_eq!(ends(None), Outcome::Completed);
    assert_eq!(Outcome::of(&[]), Outcome::Completed);
    for loss in [f64::NAN, f64::INFINITY] {
        let outcome = ends(Some(loss));
        assert_eq!(outcome, Outcome::Diverged { step: 20, what: format!("the test loss is {loss}") });
        accepts(|c| (c.curve[1].test_loss, c.outcome) = (Some(loss), outcome));
    }
}

#[test]
fn a_run_that_diverged_may_end_anywhere_but_before_its_curve() {
    accepts(|c| {
        diverge(c);
        c.curve[1].train_loss = Some(f64::NAN);
        c.curve[1].test_loss = Some(f64::NAN);
        c.curve[1].epoch = 1.2;
    });
    accepts(|c| {
        diverge(c);
        c.curve[1].test_accuracy = Some(f64::NAN);
        (c.steps_to_target, c.seconds_to_target) = (None, None);
    });
    accepts(|c| {
        diverge(c);
        c.curve.clear();
        (c.steps_to_target, c.seconds_to_target) = (None, None);
    });
    refuses("outcome.step", |c| c.outcome = Outcome::Diverged { step: 19, what: String::new() });
}

#[test]
fn the_target_is_reached_where_the_curve_says() {
    refuses("steps_to_target", |c| c.curve[1].test_accuracy = Some(0.5));
    refuses("steps_to_target", |c| (c.steps_to_target, c.seconds_to_target) = (None, None));
    refuses("steps_to_target", |c| c.steps_to_target = Some(10));
    refuses("seconds_to_target", |c| c.seconds_to_target = Some(0.1));
    refuses("seconds_to_target", |c| c.seconds_to_target = None);
    accepts(|c| c.curve[1].test_accuracy = Some(0.8));
    accepts(|c| {
        c.curve[0].test_accuracy = Some(0.8);
        (c.steps_to_target, c.seconds_to_target) = (Some(10), Some(1.0));
    });
    accepts(|c| {
        c.curve[1].test_accuracy = Some(0.79);
        (c.steps_to_target, c.seconds_to_target) = (None, None);
    });
}

#[test]
fn a_loss_reaches_its_target_from_above() {
    let folder = tempfile::tempdir().unwrap();
    let mut about = descriptions();
    let target = &mut about.workloads[0].target;
    (target.metric, target.value, target.direction) = ("train_loss".into(), 0.05, Direction::LowerIsBetter);
    let run = RunWriter::begin(folder.path(), &start(), &about).unwrap();
    let mut cell = record("layer", 0.1, 1);
    cell.target = about.workloads[0].target.clone();
    cell.curve[1].train_loss = Some(0.05);
    run.write_cell(&cell).unwrap();
    run.validate().unwrap();
    assert_eq!(cell.final_metric(), Some(0.05));
    cell.target.metric = "test_loss".into();
    assert_eq!((cell.final_metric(), cell.first_reaching()), (None, None));
}

#[test]
fn cells_that_nothing_declares_agree_on_the_target() {
    let folder = tempfile::tempdir().unwrap();
    let run = RunWriter::begin(folder.path(), &start(), &descriptions()).unwrap();
    fs::remove_file(folder.path().join("workloads.json")).unwrap();
    fs::remove_file(folder.path().join("methods.json")).unwrap();
    for seed in [1, 2] {
        run.write_cell(&record("layer", 0.1, seed)).unwrap();
    }
    let mut other = record("layer", 0.1, 1);
    other.cell.workload = "other".into();
    other.id = other.cell.id();
    run.write_cell(&other).unwrap();
    assert_eq!(run.contents().unwrap().cells.len(), 3);
    let mut turned = record("layer", 0.1, 2);
    turned.target.value = 0.85;
    run.write_cell(&turned).unwrap();
    let contents = run.contents().unwrap();
    assert_eq!(contents.cells.iter().map(|c| c.cell.workload.as_str()).collect::<Vec<_>>(), ["other"]);
    assert!(matches!(&contents.problems[..], [Problem::Contradiction { field: "target", .. }]));
    assert!(contents.problems[0].to_string().contains("workload digits-mlp"), "{}", contents.problems[0]);
}
