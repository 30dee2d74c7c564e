//! A text character by character, through gated recurrent units.

use sequence::CellKind;

use crate::experiment::answer::Answer;
use crate::experiment::recurrence::{Kind, build, place};
use crate::experiment::text;
use crate::experiment::workload::{Arms, Epochs, Goal, Rates, Recurrence, Workload};

const KIND: Kind =
    Kind { equations: CellKind::GruKeep, steps: text::STEPS, answer: Answer::Step, padded: false };

pub(crate) static WORKLOAD: Workload = Workload {
    id: "shakespeare-gru",
    title: "Text character by character, gated units",
    data: text::DATA,
    attribution: text::ATTRIBUTION,
    model: "char-gru",
    about: "gated recurrent units of 48 units over 50 characters, each state to 62 characters",
    optimizer: "Adam",
    settings: &[("optimizer", "adam")],
    batch_size: 32,
    epochs: Epochs { smoke: 1, quick: 5, full: 10 },
    rates: Rates::ADAM,
    target: Goal::Loss(2.2),
    caveats: &[
        "Every window starts from the state before any character: what lies before it is not known to the network.",
    ],
    recurrence: Some(Recurrence { kind: KIND.equations, units: 48 }),
    cases: text::windows,
    arms: Arms::Values { place, build: |cell, axes| build::<62, 48, 144, 96, 62>(KIND, cell, axes) },
    updates: &[],
};
