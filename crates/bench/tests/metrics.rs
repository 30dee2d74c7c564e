//! What cells say beside their curves, held to what is known of it.

use bench::experiment::{grid, workloads};
use results::{CellSettings, ConvergenceRecord};

type Place = (&'static str, &'static str, &'static str);

const PLAIN: Place = ("digits-mlp", "none", "none");
const BATCH: Place = ("digits-mlp", "batch", "hidden");
const RNN: Place = ("digits-rnn-rows", "none", "none");
const TYPED: Place = ("digits-mlp-sgd", "none", "none");

fn cell((workload, method, place): Place, settings: &[(&str, &str)]) -> CellSettings {
    let workload = workloads::find(workload).unwrap();
    let mut cell = grid::cell(workload, method, place, 1e-2, 3, 1);
    cell.batch_size = 256;
    for (name, value) in settings {
        cell.settings.insert((*name).to_owned(), (*value).to_owned());
    }
    cell
}

fn train(cell: &CellSettings) -> ConvergenceRecord {
    workloads::find(&cell.workload).unwrap().train(cell).unwrap().unwrap()
}

fn run(place: Place, settings: &[(&str, &str)]) -> ConvergenceRecord {
    train(&cell(place, settings))
}

fn loss(record: &ConvergenceRecord) -> f64 {
    record.curve.last().unwrap().valid_loss.unwrap()
}

fn close(what: &str, got: f64, want: f64, within: f64) {
    assert!((got - want).abs() <= within * want.abs(), "{what}: {got} is not near {want}");
}

/// Cases are the same and in the same order, so the mean of the gradients is that of the large batch but for rounding.
#[test]
fn small_batches_for_one_update_are_a_large_one() {
    for place in [PLAIN, RNN, TYPED] {
        let by_sgd: &[(&str, &str)] = if place == TYPED { &[] } else { &[("optimizer", "sgd")] };
        let whole = CellSettings { learning_rate: 0.1, ..cell(place, by_sgd) };
        let mut parts = CellSettings { batch_size: 64, ..whole.clone() };
        parts.settings.insert("batches_per_update".to_owned(), "4".to_owned());
        let (whole, parts) = (train(&whole), train(&parts));
        let steps = |record: &ConvergenceRecord| record.curve.last().unwrap().step;
        assert_eq!(steps(&whole), steps(&parts), "{place:?}");
        assert!(loss(&whole) < 0.999 * whole.curve[0].valid_loss.unwrap(), "{place:?} learned nothing");
        close(&format!("{place:?}"), loss(&parts), loss(&whole), 1e-5);
        if let Some(norm) = whole.metrics.get("first_gradient_norm") {
            close("norm of the mean gradient", parts.metrics["first_gradient_norm"], *norm, 1e-5);
        }
    }
}

/// Path-SGD takes the same path from both starts, plain steps do not.
#[test]
fn an_unbalanced_start_is_the_same_function_and_another_path() {
    let both = |optimizer| {
        ["balanced", "unbalanced"].map(|start| {
            let settings = [("optimizer", optimizer), ("start", start)];
            train(&CellSettings { learning_rate: 0.1, ..cell(PLAIN, &settings) })
        })
    };
    let first = |record: &ConvergenceRecord| record.curve[0].valid_loss.unwrap();
    // How far apart both end, as a share of what was learned.
    let apart = |[balanced, unbalanced]: [ConvergenceRecord; 2]| {
        close("the loss before training", first(&unbalanced), first(&balanced), 1e-5);
        let learned = first(&balanced) - loss(&balanced);
        assert!(learned > 1e-3, "{learned}");
        (loss(&unbalanced) - loss(&balanced)).abs() / learned
    };
    let (along_paths, plain) = (apart(both("path-sgd")), apart(both("sgd")));
    assert!(along_paths < 1e-2 && plain > 0.2, "{along_paths} {plain}");
}

/// Through five hidden layers too, where the factors of a unit meet those of the next.
#[test]
fn path_sgd_takes_the_same_path_through_a_deep_net() {
    let [balanced, unbalanced] = ["balanced", "unbalanced"].map(|start| {
        let settings = [("depth", "5"), ("optimizer", "path-sgd"), ("start", start)];
        train(&CellSettings { learning_rate: 0.1, ..cell(PLAIN, &settings) })
    });
    let first = |record: &ConvergenceRecord| record.curve[0].valid_loss.unwrap();
    close("the loss before training", first(&unbalanced), first(&balanced), 1e-5);
    let learned = first(&balanced) - loss(&balanced);
    let apart = (loss(&unbalanced) - loss(&balanced)).abs();
    assert!(learned > 1e-3 && apart < 1e-2 * learned, "{learned} {apart}");
}

/// At the first update both divide each component by its own size.
#[test]
fn the_first_step_of_adagrad_is_that_of_adam() {
    let [adam, adagrad] = ["adam", "adagrad"].map(|optimizer| {
        let record = run(PLAIN, &[("cases", "300"), ("optimizer", optimizer)]);
        assert_eq!(record.curve.last().unwrap().step, 1);
        loss(&record)
    });
    close("one step", adagrad, adam, 1e-3);
}

/// While a step is small, twice the rate is twice the angle.
#[test]
fn rows_turn_twice_as_far_at_twice_the_rate() {
    let [one, two] = [1e-4, 2e-4].map(|learning_rate| {
        let record = train(&CellSettings { learning_rate, ..cell(PLAIN, &[("optimizer", "sgd")]) });
        record.metrics
    });
    for name in ["row_turn_first", "row_turn_last", "turn_of_longer_rows", "turn_of_shorter_rows"] {
        close(name, two[name], 2.0 * one[name], 1e-2);
    }
    close("one pass is the first and the last", one["row_turn_first"], one["row_turn_last"], 0.0);
    // 64 numbers that are uniform in ±1/8.
    close("the length of a row", one["row_norm_first"], (64.0_f64 / 3.0).sqrt() / 8.0, 0.05);
}

/// A norm that ignores the size of weights hands them gradients that shrink as they grow: four times as long, a sixteenth of the
/// angle.
#[test]
fn longer_rows_under_a_batch_norm_turn_less_by_the_square() {
    let turn = |scale: &str| {
        let settings = [("cases", "300"), ("optimizer", "sgd"), ("weight_scale", scale)];
        train(&CellSettings { learning_rate: 1e-3, ..cell(BATCH, &settings) }).metrics
    };
    let (one, four) = (turn("1"), turn("4"));
    close("angle", 16.0 * four["row_turn_first"], one["row_turn_first"], 0.01);
    close("length", four["row_norm_first"], 4.0 * one["row_norm_first"], 1e-3);
}

#[test]
fn a_batch_norm_has_units_of_variance_one_and_a_gain_shrinks_them() {
    let variances = |gain: &str| {
        let cell = CellSettings { epochs: 0, ..cell(BATCH, &[("initial_gain", gain)]) };
        let metrics = train(&cell).metrics;
        [metrics["unit_variance_1"], metrics["unit_variance_2"]]
    };
    for (whole, half) in variances("1").into_iter().zip(variances("0.5")) {
        close("at a gain of 1", whole, 1.0, 0.2);
        close("at a gain of a half", half, whole / 4.0, 1e-3);
    }
}

#[test]
fn slopes_are_those_of_the_nonlinearity() {
    let slope = |nonlinearity: &str| {
        let settings = [("initial_gain", "0.01"), ("nonlinearity", nonlinearity)];
        train(&CellSettings { epochs: 0, ..cell(BATCH, &settings) }).metrics["mean_slope"]
    };
    close("tanh at 0", slope("tanh"), 1.0, 1e-3);
    close("sigmoid at 0", slope("sigmoid"), 0.25, 1e-3);
    close("half of the units are off", slope("relu"), 0.5, 0.1);
}

#[test]
fn a_penalty_on_activity_makes_hidden_states_smaller() {
    let slope = |penalty: &str| {
        run(("digits-rnn-rows", "layer", "paper"), &[("activity_penalty", penalty)]).metrics["mean_slope"]
    };
    assert!(slope("10") > 1.05 * slope("0"), "{} {}", slope("10"), slope("0"));
}

/// One orthogonal matrix stretches by 1, four of them on top of each other by 2.
#[test]
fn orthogonal_recurrences_have_known_singular_values() {
    for (on, value) in [(RNN, 1.0), (("digits-lstm-64", "none", "none"), 2.0)] {
        let cell = CellSettings { epochs: 0, ..cell(on, &[("weights", "orthogonal")]) };
        close("largest", train(&cell).metrics["recurrent_singular_value"], value, 1e-5);
    }
}

#[test]
fn statistics_of_steps_say_how_they_change() {
    let of_steps = run(("digits-rnn-rows", "recurrent-batch", "recurrent_batch"), &[]).metrics;
    let early = of_steps["step_change_early"];
    assert!(early > 0.01 && early < 2.0, "{early}");
    assert!(!of_steps.contains_key("step_change_late"), "8 steps have no twentieth");
    assert!(!run(RNN, &[]).metrics.contains_key("step_change_early"));
}

#[test]
fn norms_of_gradients_are_of_all_updates() {
    let metrics = run(PLAIN, &[("optimizer", "sgd")]).metrics;
    let of = |name: &str| metrics[&format!("{name}_gradient_norm")];
    assert!(of("first") != of("last") && of("median") > 0.0);
    let one = run(PLAIN, &[("cases", "300")]).metrics;
    assert_eq!(one["first_gradient_norm"], one["last_gradient_norm"]);
}

/// A cell that diverges says the gradient it began with, and nothing of an end that it does not have.
#[test]
fn a_diverged_cell_says_how_it_began() {
    let record = train(&CellSettings { learning_rate: 1e30, ..cell(PLAIN, &[("optimizer", "sgd")]) });
    assert!(matches!(record.outcome, results::Outcome::Diverged { .. }), "{:?}", record.outcome);
    let names: Vec<&str> = record.metrics.keys().map(String::as_str).collect();
    assert_eq!(names, ["first_gradient_norm"]);
}
