//! The adding task with sequences of one length.

use results::CellSettings;
use sequence::CellKind;

use crate::experiment::adding::{self, INPUTS};
use crate::experiment::axes::Axes;
use crate::experiment::learner::Learner;
use crate::experiment::recurrence::build;
use crate::experiment::workload::Workload;

/// The network of a cell, whose equations the setting `recurrence` may say: `lstm`, `tanh` or `relu`.
fn network(cell: &CellSettings, axes: &Axes<'_>) -> Result<Box<dyn Learner>, String> {
    let kind = adding::kind(axes)?.of_choice(axes)?;
    match kind.equations {
        CellKind::Lstm => build::<INPUTS, 32, 128, 128, 1>(kind, cell, axes),
        _ => build::<INPUTS, 32, 32, 32, 1>(kind, cell, axes),
    }
}

pub(crate) static WORKLOAD: Workload = adding::workload(
    ("adding", "Adding two marked numbers"),
    "the adding task: 50 numbers in [0, 1), one marked in either half, and their sum; 4000 sequences train and 1000 validate, drawn by the seed, and 1000 others judge",
    "LSTM of 32 units over 50 steps of a number and its mark, last state to a number",
    adding::of_one_length,
    network,
);
