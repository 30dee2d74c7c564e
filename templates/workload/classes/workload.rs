//! {{title}}.

use results::CellSettings;

use crate::error::Error;
use crate::experiment::axes::Axes;
use crate::experiment::cases::Cases;
use crate::experiment::perceptron::{build, place};
use crate::experiment::workload::{Arms, Epochs, Goal, Rates, Workload};

pub(crate) static WORKLOAD: Workload = Workload {
    id: "{{id}}",
    title: "{{title}}",
    data: "to be written: what the cases are, and how many",
    attribution: "to be written: whose they are and under which licence, or that they are drawn here",
    model: "mlp",
    about: "to be written: the model with its sizes, and what is normalized",
    optimizer: "Adam",
    settings: &[("optimizer", "adam")],
    batch_size: 64,
    epochs: Epochs { smoke: 5, quick: 30, full: 60 },
    rates: Rates::ADAM,
    target: Goal::Accuracy(0.9), // to be written: what counts as reached, before anything is run
    caveats: &["to be written: what limits the conclusions"],
    recurrence: None,
    cases,
    // to be written: values of a case, units of a hidden layer, classes; then how many hidden layers
    arms: Arms::Values { place, build: |cell, axes| build::<64, 100, 10>(2, cell, axes) },
    updates: &[],
};

/// The cases with their classes, and which of them train, validate and judge.
fn cases(cell: &CellSettings, axes: &Axes<'_>) -> Result<Cases, Error> {
    crate::experiment::digits::pixels(cell, axes) // to be written
}
