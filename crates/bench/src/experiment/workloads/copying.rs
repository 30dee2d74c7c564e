//! The copying task: symbols are to be said again after a delay.

use data::{Copying, Split, copying};
use results::CellSettings;
use sequence::CellKind;

use crate::error::Error;
use crate::experiment::answer::Answer;
use crate::experiment::axes::Axes;
use crate::experiment::cases::{Cases, Labels, Values};
use crate::experiment::learner::Learner;
use crate::experiment::recurrence::{Kind, build, place};
use crate::experiment::workload::{Arms, Epochs, Goal, Rates, Recurrence, Workload};

/// Symbols that are to be kept.
const SYMBOLS: usize = 3;
/// Steps from the last symbol to the first that is said again, unless the setting `delay` says otherwise.
const DELAY: usize = 10;
/// Codes of symbols, blank and marker.
const CODES: usize = Copying::CODES;
/// Cases that train, and as many as validate and as judge.
const TRAINING: usize = 2000;
const HELD_OUT: usize = 500;
/// What judges is the same for every cell.
const TEST_SEED: u64 = u64::MAX;

/// The delay of a cell.
fn delay(axes: &Axes<'_>) -> Result<usize, String> {
    let words = "a whole number of steps from 1 to 200";
    Ok(axes.number("delay", words, |v: usize| (1..=200).contains(&v))?.unwrap_or(DELAY))
}

/// Codes of all steps as cases.
fn of(parts: &[Copying], split: Split) -> Cases {
    let inputs = parts.iter().flat_map(Copying::inputs).copied().collect();
    let targets = parts.iter().flat_map(Copying::targets).copied().collect();
    let count = parts.iter().map(Copying::len).sum();
    Cases::new(Values::Symbols(inputs, CODES), Labels::Step(targets), count, split)
}

/// The sequences of a cell; those that judge are read once more with twice the delay.
fn sequences(cell: &CellSettings, axes: &Axes<'_>) -> Result<Cases, Error> {
    let delay = delay(axes).map_err(|what| Error::Training { cell: cell.id(), step: 0, what })?;
    let learning = TRAINING + HELD_OUT;
    let parts =
        [copying(learning, SYMBOLS, delay, cell.seed)?, copying(HELD_OUT, SYMBOLS, delay, TEST_SEED)?];
    let split = Split {
        train: (0..TRAINING).collect(),
        validation: (TRAINING..learning).collect(),
        test: (learning..learning + HELD_OUT).collect(),
    };
    let mut cases = of(&parts, split);
    let longer = copying(HELD_OUT, SYMBOLS, 2 * delay, TEST_SEED)?;
    let steps = longer.steps();
    cases.read_longer(steps, of(&[longer], Split { test: (0..HELD_OUT).collect(), ..Split::default() }));
    Ok(cases)
}

fn network(cell: &CellSettings, axes: &Axes<'_>) -> Result<Box<dyn Learner>, String> {
    let steps = delay(axes)? + 2 * SYMBOLS;
    let kind = Kind { equations: CellKind::Lstm, steps, answer: Answer::Step, padded: false };
    build::<CODES, 32, 128, 128, CODES>(kind, cell, axes)
}

pub(crate) static WORKLOAD: Workload = Workload {
    id: "copying",
    title: "Copying symbols after a delay",
    data: "the copying task: 3 symbols out of 8, 9 blanks, a marker and 3 blanks, during which the symbols are to be said again, with blanks to be said before; 2000 sequences train and 500 validate, drawn by the seed, and 500 others judge, once more with twice the delay",
    attribution: "drawn by a program, after Hochreiter and Schmidhuber as Arjovsky, Shah and Bengio lay it out",
    model: "lstm",
    about: "LSTM of 32 units over 16 steps of one of 10 codes, each state to 10 codes",
    optimizer: "Adam",
    settings: &[("optimizer", "adam")],
    batch_size: 16,
    epochs: Epochs { smoke: 1, quick: 15, full: 30 },
    rates: Rates::ADAM,
    // Half of what is lost without memory.
    target: Goal::Loss(0.195),
    caveats: &[
        "The best answer without memory, blank up to the marker and then each of 8 symbols alike, has a loss of 0.390; the target is half of it.",
        "There are 512 sequences of 3 symbols, so nearly all of those that judge have trained too: what is asked for is a memory, not what to make of sequences never seen.",
    ],
    recurrence: Some(Recurrence { kind: CellKind::Lstm, units: 32 }),
    cases: sequences,
    arms: Arms::Values { place, build: network },
    updates: &[],
};
