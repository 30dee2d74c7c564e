//! The adding task: two numbers of a sequence are marked, and their sum is to be said at its end.

use data::{Adding, Split};
use results::CellSettings;
use sequence::CellKind;

use crate::error::Error;

use super::answer::Answer;
use super::axes::Axes;
use super::cases::{Cases, Labels, Values};
use super::recurrence::{Kind, place};
use super::workload::{Arms, Build, Epochs, Goal, Rates, Recurrence, Workload};

/// What is in common: an LSTM that says a number at the end.
const KIND: Kind = Kind { equations: CellKind::Lstm, steps: STEPS, answer: Answer::Number, padded: false };

/// Steps of a sequence, or of the longest, unless the setting `steps` says otherwise.
const STEPS: usize = 50;
/// Values of a step: a number and its mark.
pub(crate) const INPUTS: usize = 2;
/// Cases that train, and as many as validate and as judge.
const TRAINING: usize = 4000;
const HELD_OUT: usize = 1000;
/// What judges is the same for every cell.
const TEST_SEED: u64 = u64::MAX;

/// A workload of the task, by what it says of itself, its cases and its network.
pub(crate) const fn workload(
    (id, title): (&'static str, &'static str),
    data: &'static str,
    about: &'static str,
    cases: fn(&CellSettings, &Axes<'_>) -> Result<Cases, Error>,
    build: Build,
) -> Workload {
    Workload {
        id,
        title,
        data,
        attribution: "drawn by a program, after Hochreiter and Schmidhuber",
        model: "lstm",
        about,
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
        cases,
        arms: Arms::Values { place, build },
        updates: &[],
    }
}

/// The network of a cell, over as many steps as its sequences have.
pub(crate) fn kind(axes: &Axes<'_>) -> Result<Kind, String> {
    Ok(Kind { steps: steps(axes)?, ..KIND })
}

fn steps(axes: &Axes<'_>) -> Result<usize, String> {
    let words = "a whole number of steps from 4 to 1000";
    Ok(axes.number("steps", words, |v: usize| (4..=1000).contains(&v))?.unwrap_or(STEPS))
}

/// Sequences of one length.
pub(crate) fn of_one_length(cell: &CellSettings, axes: &Axes<'_>) -> Result<Cases, Error> {
    Ok(drawn(data::adding, cell, axes)?.0)
}

/// Sequences of half the steps to all of them.
pub(crate) fn of_lengths(cell: &CellSettings, axes: &Axes<'_>) -> Result<Cases, Error> {
    let (cases, lengths) = drawn(data::adding_of_lengths, cell, axes)?;
    Ok(cases.of_lengths(lengths))
}

/// Draws cases of a number and a number of steps from a seed.
type Draw = fn(usize, usize, u64) -> data::Result<Adding>;

fn drawn(draw: Draw, cell: &CellSettings, axes: &Axes<'_>) -> Result<(Cases, Vec<usize>), Error> {
    let steps = steps(axes).map_err(|what| Error::Training { cell: cell.id(), step: 0, what })?;
    let parts = [draw(TRAINING + HELD_OUT, steps, cell.seed)?, draw(HELD_OUT, steps, TEST_SEED)?];
    let values = parts.iter().flat_map(Adding::inputs).copied().collect();
    let sums: Vec<f32> = parts.iter().flat_map(Adding::targets).copied().collect();
    let lengths = parts.iter().flat_map(Adding::lengths).copied().collect();
    let (learning, count) = (TRAINING + HELD_OUT, sums.len());
    let split = Split {
        train: (0..TRAINING).collect(),
        validation: (TRAINING..learning).collect(),
        test: (learning..count).collect(),
    };
    Ok((Cases::new(Values::Numbers(values), Labels::Number(sums), count, split), lengths))
}
