//! The adding task with sequences of one length.

use results::CellSettings;
use sequence::CellKind;

use crate::experiment::adding;
use crate::experiment::answer::Answer;
use crate::experiment::axes::Axes;
use crate::experiment::learner::Learner;
use crate::experiment::recurrence::{Kind, build, place};
use crate::experiment::workload::{Arms, Epochs, Goal, Rates, Recurrence, Workload};

const KIND: Kind =
    Kind { equations: CellKind::Lstm, steps: adding::STEPS, answer: Answer::Number, padded: false };

const INPUTS: usize = adding::INPUTS;

/// The network of a cell, whose equations the setting `recurrence` may say: `lstm`, `tanh` or `relu`.
fn network(cell: &CellSettings, axes: &Axes<'_>) -> Result<Box<dyn Learner>, String> {
    let choices = [("lstm", CellKind::Lstm), ("tanh", CellKind::RnnTanh), ("relu", CellKind::RnnRelu)];
    let equations = axes.choice("recurrence", &choices)?.unwrap_or(KIND.equations);
    let kind = Kind { equations, ..KIND };
    match equations {
        CellKind::Lstm => build::<INPUTS, 32, 128, 128, 1>(kind, cell, axes),
        _ => build::<INPUTS, 32, 32, 32, 1>(kind, cell, axes),
    }
}

pub(crate) static WORKLOAD: Workload = Workload {
    id: "adding",
    title: "Adding two marked numbers",
    data: "the adding task: 50 numbers in [0, 1), one marked in either half, and their sum; 4000 sequences train and 1000 validate, drawn by the seed, and 1000 others judge",
    attribution: adding::ATTRIBUTION,
    model: "lstm",
    about: "LSTM of 32 units over 50 steps of a number and its mark, last state to a number",
    optimizer: "Adam",
    settings: &[("optimizer", "adam")],
    batch_size: 32,
    epochs: Epochs { smoke: 1, quick: 15, full: 30 },
    rates: Rates::ADAM,
    target: Goal::Loss(0.01),
    caveats: &[
        "The best constant has a mean squared error of 0.167, which a network leaves all at once or not at all.",
    ],
    recurrence: Some(Recurrence { kind: KIND.equations, units: 32 }),
    cases: adding::of_one_length,
    arms: Arms::Values { place, build: network },
    updates: &[],
};
