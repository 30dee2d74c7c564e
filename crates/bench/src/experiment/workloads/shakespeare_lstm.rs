//! A text character by character, through an LSTM.

use results::CellSettings;
use sequence::CellKind;

use crate::experiment::answer::Answer;
use crate::experiment::axes::Axes;
use crate::experiment::learner::Learner;
use crate::experiment::recurrence::{Kind, build, place};
use crate::experiment::text;
use crate::experiment::workload::{Arms, Epochs, Goal, Rates, Recurrence, Workload};

const KIND: Kind =
    Kind { equations: CellKind::Lstm, steps: text::STEPS, answer: Answer::Step, padded: false };

/// The network of a cell, whose equations the setting `recurrence` may say: `lstm`, `tanh` or `relu`.
fn network(cell: &CellSettings, axes: &Axes<'_>) -> Result<Box<dyn Learner>, String> {
    let kind = KIND.of_choice(axes)?;
    match kind.equations {
        CellKind::Lstm => build::<62, 64, 256, 256, 62>(kind, cell, axes),
        _ => build::<62, 64, 64, 64, 62>(kind, cell, axes),
    }
}

pub(crate) static WORKLOAD: Workload = Workload {
    id: "shakespeare-lstm",
    title: "Text character by character",
    data: text::DATA,
    attribution: text::ATTRIBUTION,
    model: "char-lstm",
    about: "LSTM of 64 units over 50 characters, each state to 62 characters",
    optimizer: "Adam",
    settings: &[("optimizer", "adam")],
    batch_size: 32,
    epochs: Epochs { smoke: 1, quick: 5, full: 10 },
    rates: Rates::ADAM,
    target: Goal::Loss(2.2),
    caveats: &[
        "Every window starts from the state before any character: what lies before it is not known to the network.",
    ],
    recurrence: Some(Recurrence { kind: KIND.equations, units: 64 }),
    cases: text::windows,
    arms: Arms::Values { place, build: network },
    updates: &[],
};
