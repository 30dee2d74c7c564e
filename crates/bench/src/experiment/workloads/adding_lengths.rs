//! The adding task with sequences of several lengths.

use sequence::CellKind;

use crate::experiment::adding;
use crate::experiment::answer::Answer;
use crate::experiment::recurrence::{Kind, build, place};
use crate::experiment::workload::{Arms, Epochs, Goal, Rates, Recurrence, Workload};

const KIND: Kind =
    Kind { equations: CellKind::Lstm, steps: adding::STEPS, answer: Answer::Number, padded: true };

pub(crate) static WORKLOAD: Workload = Workload {
    id: "adding-lengths",
    title: "Adding two marked numbers of sequences of several lengths",
    data: "the adding task: 25 to 50 numbers in [0, 1), one marked in either half, and their sum; 4000 sequences train and 1000 validate, drawn by the seed, and 1000 others judge",
    attribution: adding::ATTRIBUTION,
    model: "lstm",
    about: "LSTM of 32 units over 25 to 50 steps of a number and its mark, padded to the longest of a batch and masked, last state of each sequence to a number",
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
    cases: adding::of_lengths,
    arms: Arms::Values {
        place,
        build: |cell, axes| build::<{ adding::INPUTS }, 32, 128, 128, 1>(KIND, cell, axes),
    },
    updates: &[],
};
