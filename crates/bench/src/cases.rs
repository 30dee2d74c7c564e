//! The cases that a workload trains on and judges by, in memory.

use data::{Fractions, Split};

use crate::error::Error;

/// The split is the same for every cell, so that seeds differ in weights and order only.
pub const SPLIT_SEED: u64 = 20_261;

/// Which cases train and which judge: a fifth of each class is held out.
///
/// # Errors
///
/// [`Error::Data`].
pub(crate) fn split(labels: &[u8]) -> Result<Split, Error> {
    Ok(Split::stratified(labels, Fractions { validation: 0.0, test: 0.2 }, SPLIT_SEED)?)
}

/// Cases with labels, each so many values in reading order, and which of them train and which judge.
#[derive(Clone, Debug)]
pub struct Cases {
    /// `[cases][values]`.
    values: Vec<f32>,
    labels: Vec<u8>,
    split: Split,
}

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

impl Cases {
    /// Cases of as many values each.
    pub fn new(values: Vec<f32>, labels: Vec<u8>) -> Result<Self, Error> {
        let split = split(&labels)?;
        Ok(Self { values, labels, split })
    }

    /// Where the cases are not what a model is made for, what they should be and what they are.
    pub fn unfit(&self, values: usize, classes: usize) -> Option<Unfit> {
        let want = self.labels.len() * values;
        if self.values.len() != want {
            return Some(Unfit { what: "values in all cases", want, got: self.values.len() });
        }
        let largest = self.labels.iter().copied().max().map_or(0, usize::from);
        (largest >= classes).then_some(Unfit { what: "classes", want: classes, got: largest + 1 })
    }

    /// Indices of the cases that train.
    pub fn training(&self) -> &[usize] {
        &self.split.train
    }

    /// Indices of the cases that judge.
    pub fn test(&self) -> &[usize] {
        &self.split.test
    }

    /// The labels of these cases.
    pub fn labels(&self, cases: &[usize]) -> Vec<usize> {
        cases.iter().map(|&case| self.labels[case].into()).collect()
    }

    /// The values of these cases, each cut into `steps` equal pieces: `[steps][cases][values of a step]`.
    pub fn gather(&self, cases: &[usize], steps: usize) -> Vec<f32> {
        let case = self.values.len() / self.labels.len().max(1);
        let step = case / steps;
        let piece = |t: usize, n: usize| &self.values[n * case + t * step..][..step];
        (0..steps).flat_map(|t| cases.iter().flat_map(move |&n| piece(t, n))).copied().collect()
    }
}
