//! Tasks that are generated, held to what is known of them.

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

/// A short delay is easier than a long one.
#[test]
fn a_delay_makes_copying_harder() {
    let plain = cell("copying", "none", 1e-2, 4);
    let [short, long] = ["1", "10"].map(|delay| {
        let record = train(&with(&plain, "delay", delay));
        let without_memory = data::copying(1, 3, delay.parse().unwrap(), 1).unwrap().memoryless_loss();
        valid_losses(&record)[4] / without_memory
    });
    assert!(short < 0.95 * long, "{short} {long}");
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
    ] {
        let cell = with(&cell(on, "none", 1e-2, 0), name, value);
        let said = workloads::find(on).unwrap().train(&cell).unwrap_err().to_string();
        assert!(said.contains(why), "{on}: {said}");
    }
}
