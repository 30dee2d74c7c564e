//! The digits pixel by pixel, through an LSTM: each pixel as a pair, since alone it is one number.

use results::CellSettings;
use sequence::CellKind;

use crate::experiment::answer::Answer;
use crate::experiment::axes::Axes;
use crate::experiment::digits;
use crate::experiment::learner::Learner;
use crate::experiment::recurrence::{Kind, build, place};
use crate::experiment::workload::{Arms, Epochs, Goal, Rates, Recurrence, Workload};

const KIND: Kind = Kind { equations: CellKind::Lstm, steps: 64, answer: Answer::Class, padded: false };

/// The network of a cell, whose equations the setting `recurrence` may say: `lstm`, `tanh` or `relu`.
fn network(cell: &CellSettings, axes: &Axes<'_>) -> Result<Box<dyn Learner>, String> {
    let kind = KIND.of_choice(axes)?;
    match kind.equations {
        CellKind::Lstm => build::<2, 32, 128, 128, 10>(kind, cell, axes),
        _ => build::<2, 32, 32, 32, 10>(kind, cell, axes),
    }
}

pub(crate) static WORKLOAD: Workload = Workload {
    id: "digits-lstm-64",
    title: "Digits pixel by pixel",
    data: digits::DATA,
    attribution: digits::ATTRIBUTION,
    model: "lstm",
    about: "LSTM of 32 units over 64 steps, in a fixed random order, of one pixel as the pair (p, 1 - p), last state to 10 classes",
    optimizer: "Adam",
    settings: &[("optimizer", "adam")],
    batch_size: 32,
    epochs: Epochs { smoke: 1, quick: 20, full: 40 },
    rates: Rates::ADAM,
    target: Goal::Accuracy(0.80),
    caveats: &[digits::WRITERS],
    recurrence: Some(Recurrence { kind: KIND.equations, units: 32 }),
    cases: digits::pixel_pairs,
    arms: Arms::Values { place, build: network },
    updates: &[],
};
