//! A text character by character: the next one is to be said at every step.

use data::{Fractions, Split, Text, Windows};
use results::CellSettings;

use crate::error::Error;

use super::axes::Axes;
use super::cases::{Cases, Labels, Values};

/// What it is.
pub(crate) const DATA: &str = "the first 300 kB of tiny Shakespeare, 62 characters; the last tenth judges, one of the nine tenths before it, drawn by the seed, validates, and 2000 windows of 50 characters, spread evenly over the others, train";

/// Whose it is.
pub(crate) const ATTRIBUTION: &str =
    "works of William Shakespeare, in the public domain, as put together by A. Karpathy (char-rnn)";

/// Different characters.
pub(crate) const LETTERS: usize = 62;
/// Characters of a window.
pub(crate) const STEPS: usize = 50;
/// Windows that train, validate and judge.
const TRAINING: usize = 2000;
const HELD_OUT: usize = 400;
/// Lengths at which the test is read again, each time all of it.
const LONGER: [usize; 2] = [200, 500];

/// Windows side by side over parts of the text, whose symbols are the cases.
struct Windowed {
    codes: Vec<u8>,
    next: Vec<u8>,
}

impl Windowed {
    fn new() -> Self {
        Self { codes: Vec::new(), next: Vec::new() }
    }

    /// Adds windows of parts, `most` of them spread evenly; how many there were.
    fn add(
        &mut self,
        text: &Text,
        parts: &[std::ops::Range<usize>],
        steps: usize,
        most: usize,
    ) -> Result<usize, Error> {
        let mut starts = Vec::new();
        for part in parts.iter().filter(|part| part.len() > steps) {
            starts.extend(Windows::new(text, part.clone(), steps)?.in_order());
        }
        let count = most.min(starts.len());
        for i in 0..count {
            let start = starts[i * starts.len() / count];
            self.codes.extend_from_slice(&text.codes()[start..start + steps]);
            self.next.extend_from_slice(&text.codes()[start + 1..=start + steps]);
        }
        Ok(count)
    }

    fn cases(self, count: usize, split: Split) -> Cases {
        Cases::new(Values::Symbols(self.codes, LETTERS), Labels::Step(self.next), count, split)
    }
}

/// The windows of a cell.
pub(crate) fn windows(cell: &CellSettings, _: &Axes<'_>) -> Result<Cases, Error> {
    let text = data::shakespeare();
    let parts = text.parts(Fractions { validation: 0.0, test: 0.1 })?;
    let tenth = parts.train.len() / 9;
    let valid = (cell.seed % 9) as usize * tenth;
    let mut all = Windowed::new();
    let held = valid..valid + tenth;
    let others = [0..valid, valid + tenth..parts.train.end];
    let train = all.add(&text, &others, STEPS, TRAINING)?;
    let validation = all.add(&text, std::slice::from_ref(&held), STEPS, HELD_OUT)?;
    let test = all.add(&text, std::slice::from_ref(&parts.test), STEPS, HELD_OUT)?;
    let split = Split {
        train: (0..train).collect(),
        validation: (train..train + validation).collect(),
        test: (train + validation..train + validation + test).collect(),
    };
    let mut cases = all.cases(train + validation + test, split);
    for steps in LONGER {
        let mut longer = Windowed::new();
        let count = longer.add(&text, std::slice::from_ref(&parts.test), steps, HELD_OUT * STEPS / steps)?;
        let split = Split { test: (0..count).collect(), ..Split::default() };
        cases.read_longer(steps, longer.cases(count, split));
    }
    Ok(cases)
}
