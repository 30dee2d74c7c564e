//! The cases that a workload trains on and judges by, in memory.

use data::{Fractions, Images, Split, digits};

use crate::error::Error;

/// The split is the same for every cell, so that seeds differ in weights and order only.
pub const SPLIT_SEED: u64 = 20_261;

/// Cases with labels, each so many values in reading order, and which of them train and which judge.
#[derive(Clone, Debug)]
pub struct Cases {
    /// `[cases][values]`.
    values: Vec<f32>,
    labels: Vec<usize>,
    split: Split,
}

impl Cases {
    /// The 1797 digits, row by row, a fifth of each class held out.
    ///
    /// # Errors
    ///
    /// [`Error::Data`].
    pub fn digits() -> Result<Self, Error> {
        let images: Images = digits();
        let split = Split::stratified(images.labels(), Fractions { validation: 0.0, test: 0.2 }, SPLIT_SEED)?;
        let labels = images.labels().iter().map(|&label| label.into()).collect();
        Ok(Self { values: images.scaled(), labels, split })
    }

    /// Indices of the cases that train, and of those that judge.
    pub fn split(&self) -> &Split {
        &self.split
    }

    /// The labels of these cases.
    pub(crate) fn labels(&self, cases: &[usize]) -> Vec<usize> {
        cases.iter().map(|&case| self.labels[case]).collect()
    }

    /// The values of these cases, each cut into `steps` equal pieces: `[steps][cases][values of a step]`.
    pub(crate) fn gather(&self, cases: &[usize], steps: usize) -> Vec<f32> {
        let case = self.values.len() / self.labels.len().max(1);
        let step = case / steps;
        let piece = |t: usize, n: usize| &self.values[n * case + t * step..][..step];
        (0..steps).flat_map(|t| cases.iter().flat_map(move |&n| piece(t, n))).copied().collect()
    }
}
