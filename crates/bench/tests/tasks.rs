//! Tasks that are generated, held to what is known of them.

use std::collections::BTreeMap;

use bench::experiment::axes::Axes;
use bench::experiment::workload::{Goal, Workload};
use bench::experiment::{grid, workloads};
use data::Copying;
use results::{CellSettings, ConvergenceRecord};

fn cell(workload: &str, method: &str, rate: f64, epochs: usize) -> CellSettings {
    let workload = workloads::find(workload).unwrap();
    let place = workload.arm(method).unwrap().placements().unwrap()[0];
    grid::cell(workload, method, place, rate, 3, epochs)
}

fn train(cell: &CellSettings) -> ConvergenceRecord {
    workloads::find(&cell.workload).unwrap().train(cell).unwrap().unwrap()
}

fn with(cell: &CellSettings, name: &str, value: &str) -> CellSettings {
    let mut cell = cell.clone();
    cell.settings.insert(name.to_owned(), value.to_owned());
    cell
}

fn valid_losses(record: &ConvergenceRecord) -> Vec<f64> {
    record.curve.iter().map(|point| point.valid_loss.unwrap()).collect()
}

/// What the caveat says is what the labels give: blanks cost nothing, and each symbol the logarithm of 8.
#[test]
fn what_copying_loses_without_memory_is_said_and_halved_for_the_target() {
    let workload: &Workload = workloads::find("copying").unwrap();
    let cell = cell("copying", "none", 1e-2, 1);
    let cases = (workload.cases)(&cell, &Axes::new(&cell.settings)).unwrap();
    let labels = cases.labels_of(cases.test(), 16);
    let symbols = labels.iter().filter(|&&label| label != usize::from(Copying::BLANK)).count();
    let without_memory = symbols as f64 * 8.0_f64.ln() / labels.len() as f64;
    let by_formula = data::copying(1, 3, 10, 1).unwrap().memoryless_loss();
    assert!((without_memory - by_formula).abs() < 1e-12, "{without_memory} {by_formula}");
    assert!(workload.caveats[0].contains(&format!("{without_memory:.3};")), "{}", workload.caveats[0]);
    let Goal::Loss(target) = workload.target else { panic!("a loss") };
    assert_eq!(format!("{target:.3}"), format!("{:.3}", without_memory / 2.0));
}

/// Who keeps nothing does not get below 0.390.
#[test]
fn an_lstm_keeps_symbols() {
    let record = train(&with(&cell("copying", "none", 1e-2, 8), "forget_bias", "1"));
    let losses = valid_losses(&record);
    assert!(losses[0] > 1.5 && losses[8] < 0.35, "{losses:?}");
    assert!(record.metrics["test_loss_running_26_steps"].is_finite());
}

/// After one pass nothing is kept yet, and what is lost is what the delay leaves to lose.
#[test]
fn the_delay_decides_what_is_lost_without_memory() {
    let plain = cell("copying", "none", 1e-2, 1);
    for delay in ["1", "20"] {
        let lost = valid_losses(&train(&with(&plain, "delay", delay)))[1];
        let without_memory = data::copying(1, 3, delay.parse().unwrap(), 1).unwrap().memoryless_loss();
        assert!((0.75..1.25).contains(&(lost / without_memory)), "{delay}: {lost} {without_memory}");
    }
}

/// What is to be said of a step is what it earns at once, or else the best of where it leads, a step later.
#[test]
fn the_values_of_the_best_policy_agree_with_each_other() {
    let workload = workloads::find("gridworld-q").unwrap();
    let cell = cell("gridworld-q", "none", 3e-3, 0);
    let cases = (workload.cases)(&cell, &Axes::new(&cell.settings)).unwrap();
    let world = data::grid_world(5, 5, 20_151).unwrap();
    let all: Vec<usize> = (0..380).collect();
    let (rows, numbers) = (cases.gather(&all, 1), cases.numbers_of(&all));
    let mut known = BTreeMap::new();
    for (row, values) in rows.chunks_exact(50).zip(numbers.chunks_exact(4)) {
        let ones: Vec<usize> = (0..50).filter(|&i| row[i] != 0.0).collect();
        known.insert((ones[0], ones[1] - 25), values);
    }
    assert_eq!(known.len(), 380);
    for ((at, goal), values) in &known {
        for (action, value) in values.iter().enumerate() {
            let next = world.step(*at, action);
            let later = |values: &&[f32]| 0.9 * values.iter().copied().fold(0.0, f32::max);
            let worth = if next == *goal { 1.0 } else { later(&known[&(next, *goal)]) };
            assert!((value - worth).abs() < 1e-6, "from {at} to {goal} by {action}: {value} {worth}");
        }
    }
    let count = numbers.len() as f64;
    let mean = numbers.iter().map(|v| f64::from(*v)).sum::<f64>() / count;
    let of_constant = numbers.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>() / count;
    assert!(workload.caveats[0].contains(&format!("{of_constant:.4};")), "{of_constant}");
    let Goal::Loss(target) = workload.target else { panic!("a loss") };
    assert_eq!(format!("{target:.4}"), format!("{:.4}", of_constant / 4.0));
}

/// Temporal differences know rewards alone, and come to the values that shortest ways have.
#[test]
fn temporal_differences_find_the_values_of_the_best_policy() {
    let before = train(&cell("gridworld-q", "none", 3e-3, 0));
    let after = train(&cell("gridworld-q", "none", 3e-3, 30));
    let losses = valid_losses(&after);
    assert!(losses[30] < 0.1 * losses[0], "{losses:?}");
    let of = |record: &ConvergenceRecord, name: &str| record.metrics[name];
    for part in ["valid", "test"] {
        let (regret, earned) = (format!("{part}_regret"), format!("{part}_return"));
        assert!(of(&after, &regret) >= -1e-9, "nobody earns more than the best");
        assert!(
            of(&after, &earned) > of(&before, &earned) + 0.2,
            "{part}: {:?} {:?}",
            before.metrics,
            after.metrics
        );
        let best = |record| of(record, &regret) + of(record, &earned);
        assert!((best(&after) - best(&before)).abs() < 1e-9, "the best policy is the same");
    }
    assert!(of(&after, "test_regret") < 0.1, "{:?}", after.metrics);
}

/// What judges is the same for every seed, and what validates is not.
#[test]
fn starts_that_judge_are_the_same_for_every_seed() {
    let workload = workloads::find("gridworld-q").unwrap();
    let of = |seed| {
        let cell = CellSettings { seed, ..cell("gridworld-q", "none", 3e-3, 0) };
        (workload.cases)(&cell, &Axes::new(&cell.settings)).unwrap()
    };
    let (a, b) = (of(1), of(2));
    assert_eq!(a.test(), b.test());
    assert_ne!(a.validation(), b.validation());
    assert!(a.training().iter().all(|start| !a.test().contains(start) && !a.validation().contains(start)));
    // To each of 20 goals lead 19 starts: 4 judge, 3 validate, and 12 train, eight times in a pass.
    assert_eq!((a.test().len(), a.validation().len(), a.training().len()), (80, 60, 8 * 240));
}

/// Batch statistics are those of what is kept; who stores some is read by each source.
#[test]
fn methods_that_store_statistics_learn_by_temporal_differences() {
    for method in ["batch", "weight", "layer"] {
        let record = train(&cell("gridworld-q", method, 3e-3, 10));
        let losses = valid_losses(&record);
        assert!(losses[10] < 0.5 * losses[0], "{method}: {losses:?}");
    }
    let record = train(&cell("gridworld-q", "batch", 3e-3, 1));
    assert_ne!(record.metrics["test_loss_population"], record.metrics["test_loss_running"]);
}

#[test]
fn settings_outside_their_domain_are_refused() {
    for (on, name, value, why) in [
        (
            "adding",
            "steps",
            "3",
            "the setting `steps` is `3`, it must be a whole number of steps from 4 to 1000",
        ),
        (
            "copying",
            "delay",
            "0",
            "the setting `delay` is `0`, it must be a whole number of steps from 1 to 200",
        ),
        ("gridworld-q", "exploration", "2", "the setting `exploration` is `2`, it must be from 0 to 1"),
        ("gridworld-q", "target_every", "0", "it must be a whole number of updates above 0"),
        ("gridworld-q", "replay", "1", "it must be a whole number of transitions from 16 to 1000000"),
    ] {
        let cell = with(&cell(on, "none", 1e-2, 0), name, value);
        let said = workloads::find(on).unwrap().train(&cell).unwrap_err().to_string();
        assert!(said.contains(why), "{on}: {said}");
    }
    // A place of recurrent cells.
    let cell = CellSettings { variant: "paper".to_owned(), ..cell("gridworld-q", "layer", 1e-2, 0) };
    let said = workloads::find("gridworld-q").unwrap().train(&cell).unwrap_err().to_string();
    assert!(said.contains("there is no place `paper` in a perceptron, only `hidden`"), "{said}");
}
