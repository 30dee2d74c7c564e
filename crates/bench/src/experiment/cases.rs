//! The cases of a task, in memory: what a model sees of each, its labels, and which train, which choose and which judge.

use data::{Fractions, Split};

use crate::error::Error;

use super::learner::Batch;

/// What a model sees of the cases.
#[derive(Clone, Debug)]
pub enum Values {
    /// Numbers, `[cases][values]`.
    Numbers(Vec<f32>),
    /// One of so many symbols per step, `[cases][steps]`; a model sees it as as many numbers, all 0 but one.
    Symbols(Vec<u8>, usize),
}

/// What is to be said of the cases.
#[derive(Clone, Debug)]
pub enum Labels {
    /// A class per case.
    Case(Vec<u8>),
    /// A class per step of each case, `[cases][steps]`.
    Step(Vec<u8>),
}

/// Cases with labels.
#[derive(Clone, Debug)]
pub struct Cases {
    values: Values,
    labels: Labels,
    /// The number of cases.
    count: usize,
    split: Split,
    /// The test once more, in sequences of other lengths.
    longer: Vec<(usize, Cases)>,
}

/// Which cases judge is the same for every cell, where the data have no division of their own.
pub const SPLIT_SEED: u64 = 20_261;

/// Cases that do not fit a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// What there is too much or too little of.
    pub what: &'static str,
    /// As the model has it.
    pub want: usize,
    /// As the cases have it.
    pub got: usize,
}

/// The division of [`Cases::held_out`].
pub(crate) fn held_out(labels: &[u8], seed: u64) -> Result<Split, Error> {
    let fixed = Split::stratified(labels, Fractions { validation: 0.0, test: 0.2 }, SPLIT_SEED)?;
    let rest: Vec<u8> = fixed.train.iter().map(|&case| labels[case]).collect();
    let drawn = Split::stratified(&rest, Fractions { validation: 0.2, test: 0.0 }, seed)?;
    let of = |part: Vec<usize>| part.into_iter().map(|i| fixed.train[i]).collect();
    Ok(Split { train: of(drawn.train), validation: of(drawn.validation), test: fixed.test })
}

impl Cases {
    /// So many cases, cut by `split`.
    pub fn new(values: Values, labels: Labels, count: usize, split: Split) -> Self {
        Self { values, labels, count, split, longer: Vec::new() }
    }

    /// Numbers with a class per case: what most tasks are.
    pub fn classes(values: Vec<f32>, labels: Vec<u8>, split: Split) -> Self {
        let count = labels.len();
        Self::new(Values::Numbers(values), Labels::Case(labels), count, split)
    }

    /// Numbers with a class per case, of which a fifth of each class judges, always the same, and a fifth of the others
    /// validates, drawn from a seed.
    ///
    /// # Errors
    ///
    /// [`Error::Data`].
    pub fn held_out(values: Vec<f32>, labels: Vec<u8>, seed: u64) -> Result<Self, Error> {
        let split = held_out(&labels, seed)?;
        Ok(Self::classes(values, labels, split))
    }

    /// Where the cases are not what a model is made for, what they should be and what they are.
    pub fn unfit(&self, values: usize, classes: usize, labels_steps: bool) -> Option<Unfit> {
        let want = self.count * values;
        let got = match &self.values {
            Values::Numbers(numbers) => numbers.len(),
            Values::Symbols(codes, symbols) => codes.len() * symbols,
        };
        if got != want {
            return Some(Unfit { what: "values in all cases", want, got });
        }
        let (labels, by_step) = match &self.labels {
            Labels::Case(labels) => (labels, false),
            Labels::Step(labels) => (labels, true),
        };
        if by_step != labels_steps {
            // One number is enough to say which: as many labels as there are, or one for each case.
            let number = |by_step: bool| if by_step { labels.len() / self.count.max(1) } else { 1 };
            return Some(Unfit {
                what: "labels of a case",
                want: number(labels_steps),
                got: number(by_step),
            });
        }
        let largest = labels.iter().copied().max().map_or(0, usize::from);
        (largest >= classes).then_some(Unfit { what: "classes", want: classes, got: largest + 1 })
    }

    /// Lets the test be read once more in sequences of so many steps.
    pub fn read_longer(&mut self, steps: usize, cases: Self) {
        self.longer.push((steps, cases));
    }

    /// The test in sequences of other lengths, by their steps.
    pub(crate) fn longer(&self) -> &[(usize, Self)] {
        &self.longer
    }

    /// Indices of the cases that train.
    pub fn training(&self) -> &[usize] {
        &self.split.train
    }

    /// Indices of the cases by which rates are chosen and curves are drawn.
    pub fn validation(&self) -> &[usize] {
        &self.split.validation
    }

    /// Indices of the cases that judge.
    pub fn test(&self) -> &[usize] {
        &self.split.test
    }

    /// These cases for a model that cuts their values into `steps` equal pieces.
    pub(crate) fn batch(&self, cases: &[usize], steps: usize) -> Batch {
        Batch { x: self.gather(cases, steps), labels: self.labels_of(cases), cases: cases.len() }
    }

    /// The labels of these cases; `[steps][cases]` where each step has one.
    pub fn labels_of(&self, cases: &[usize]) -> Vec<usize> {
        match &self.labels {
            Labels::Case(labels) => cases.iter().map(|&case| labels[case].into()).collect(),
            Labels::Step(labels) => {
                let steps = labels.len() / self.count.max(1);
                let at = |t: usize, n: usize| usize::from(labels[n * steps + t]);
                (0..steps).flat_map(|t| cases.iter().map(move |&n| at(t, n))).collect()
            }
        }
    }

    /// The values of these cases, each cut into `steps` equal pieces: `[steps][cases][values of a step]`.
    pub fn gather(&self, cases: &[usize], steps: usize) -> Vec<f32> {
        match &self.values {
            Values::Numbers(numbers) => {
                let case = numbers.len() / self.count.max(1);
                let step = case / steps;
                let piece = |t: usize, n: usize| &numbers[n * case + t * step..][..step];
                (0..steps).flat_map(|t| cases.iter().flat_map(move |&n| piece(t, n))).copied().collect()
            }
            Values::Symbols(codes, symbols) => {
                let mut x = vec![0.0; steps * cases.len() * symbols];
                for (row, (t, n)) in x
                    .chunks_exact_mut(*symbols)
                    .zip((0..steps).flat_map(|t| cases.iter().map(move |&n| (t, n))))
                {
                    row[usize::from(codes[n * steps + t])] = 1.0;
                }
                x
            }
        }
    }
}
