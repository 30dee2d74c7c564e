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
pub(crate) struct Cases {
    /// `[cases][values]`.
    values: Vec<f32>,
    labels: Vec<u8>,
    split: Split,
}

/// Cases that do not fit a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unfit {
    /// What there is too much or too little of.
    pub(crate) what: &'static str,
    /// As the model has it.
    pub(crate) want: usize,
    /// As the cases have it.
    pub(crate) got: usize,
}

impl Cases {
    /// Cases of as many values each.
    pub(crate) fn new(values: Vec<f32>, labels: Vec<u8>) -> Result<Self, Error> {
        let split = split(&labels)?;
        Ok(Self { values, labels, split })
    }

    /// Where the cases are not what a model is made for, what they should be and what they are.
    pub(crate) fn unfit(&self, values: usize, classes: usize) -> Option<Unfit> {
        let want = self.labels.len() * values;
        if self.values.len() != want {
            return Some(Unfit { what: "values in all cases", want, got: self.values.len() });
        }
        let largest = self.labels.iter().copied().max().map_or(0, usize::from);
        (largest >= classes).then_some(Unfit { what: "classes", want: classes, got: largest + 1 })
    }

    /// Indices of the cases that train.
    pub(crate) fn training(&self) -> &[usize] {
        &self.split.train
    }

    /// Indices of the cases that judge.
    pub(crate) fn test(&self) -> &[usize] {
        &self.split.test
    }

    /// The labels of these cases.
    pub(crate) fn labels(&self, cases: &[usize]) -> Vec<usize> {
        cases.iter().map(|&case| self.labels[case].into()).collect()
    }

    /// The values of these cases, each cut into `steps` equal pieces: `[steps][cases][values of a step]`.
    pub(crate) fn gather(&self, cases: &[usize], steps: usize) -> Vec<f32> {
        let case = self.values.len() / self.labels.len().max(1);
        let step = case / steps;
        let piece = |t: usize, n: usize| &self.values[n * case + t * step..][..step];
        (0..steps).flat_map(|t| cases.iter().flat_map(move |&n| piece(t, n))).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_fit_a_model_of_their_sizes_only() {
        let cases = Cases::new(vec![0.0; 10 * 3], vec![0, 1, 2, 0, 1, 2, 0, 1, 2, 0]).unwrap();
        assert_eq!(cases.unfit(3, 3), None);
        assert_eq!(cases.unfit(4, 3), Some(Unfit { what: "values in all cases", want: 40, got: 30 }));
        assert_eq!(cases.unfit(3, 2), Some(Unfit { what: "classes", want: 2, got: 3 }));
    }

    #[test]
    fn steps_come_one_after_another_each_with_all_cases() {
        let values = (0u8..5 * 6).map(f32::from).collect();
        let cases = Cases::new(values, vec![0, 0, 0, 0, 0]).unwrap();
        assert_eq!(cases.gather(&[2, 0], 3), [12., 13., 0., 1., 14., 15., 2., 3., 16., 17., 4., 5.]);
        assert_eq!(cases.gather(&[1], 1), [6., 7., 8., 9., 10., 11.]);
        assert_eq!((cases.training().len(), cases.test().len()), (4, 1));
    }
}
