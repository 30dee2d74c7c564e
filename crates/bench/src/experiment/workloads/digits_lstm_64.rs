//! The digits pixel by pixel, through an LSTM: each pixel as a pair, since alone it is one number.

use sequence::CellKind;

use crate::experiment::answer::Answer;
use crate::experiment::digits;
use crate::experiment::recurrence::{Kind, build, place};
use crate::experiment::workload::{Arms, Epochs, Goal, Rates, Recurrence, Workload};

const KIND: Kind = Kind { equations: CellKind::Lstm, steps: 64, answer: Answer::Class, padded: false };

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
    arms: Arms::Values { place, build: |cell, axes| build::<2, 32, 128, 128, 10>(KIND, cell, axes) },
    updates: &[],
};
