//! The digits row by row, through a simple recurrence.

use sequence::CellKind;

use crate::experiment::answer::Answer;
use crate::experiment::digits;
use crate::experiment::recurrence::{Kind, build, place};
use crate::experiment::workload::{Arms, Epochs, Goal, Rates, Recurrence, Workload};

const KIND: Kind = Kind { equations: CellKind::RnnTanh, steps: 8, answer: Answer::Class, padded: false };

pub(crate) static WORKLOAD: Workload = Workload {
    id: "digits-rnn-rows",
    title: "Digits row by row, simple",
    data: digits::DATA,
    attribution: digits::ATTRIBUTION,
    model: "rnn",
    about: "simple recurrence with the hyperbolic tangent of 48 units over 8 steps of a row of 8 pixels, last state to 10 classes",
    optimizer: "Adam",
    settings: &[("optimizer", "adam")],
    batch_size: 32,
    epochs: Epochs { smoke: 2, quick: 15, full: 30 },
    rates: Rates::ADAM,
    target: Goal::Accuracy(0.85),
    caveats: &[digits::WRITERS],
    recurrence: Some(Recurrence { kind: KIND.equations, units: 48 }),
    cases: digits::pixels,
    arms: Arms::Values { place, build: |cell, axes| build::<8, 48, 48, 48, 10>(KIND, cell, axes) },
    updates: &[],
};
