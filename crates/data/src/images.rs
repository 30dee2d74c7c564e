//! Labelled images, and the ways a model may look at them.

use crate::{DataError, ReadOrder, Result, batches::check_cases};

/// A set of labelled grey images of one size.
///
/// Pixels are kept as the levels of the source, one byte each, and become `f32` in `[0, 1]`
/// (level divided by [`Images::white`]) when they are gathered into a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    pub(crate) name: String,
    pub(crate) height: usize,
    pub(crate) width: usize,
    pub(crate) white: u8,
    pub(crate) classes: usize,
    pub(crate) levels: Vec<u8>,
    pub(crate) labels: Vec<u8>,
}

impl Images {
    /// Name of the data set, for records.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Number of cases N.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no case at all.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Height of an image in pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Width of an image in pixels.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Pixels of an image, which is also the number of steps T when it is read as a sequence.
    pub fn pixels(&self) -> usize {
        self.height * self.width
    }

    /// The level that becomes 1.0.
    pub fn white(&self) -> u8 {
        self.white
    }

    /// Number of classes; every label is below it.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// Labels, one per case.
    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    /// Unscaled levels, `[N][height][width]`.
    pub fn levels(&self) -> &[u8] {
        &self.levels
    }

    /// All images scaled to `[0, 1]`, `[N][height][width]`.
    pub fn scaled(&self) -> Vec<f32> {
        self.levels.iter().map(|&level| self.scale(level)).collect()
    }

    /// Pixels that have the same level in every case. Read as a sequence, these are steps with
    /// no variance over any batch, where batch statistics divide by the root of epsilon.
    pub fn constant_pixels(&self) -> Vec<usize> {
        let Some(first) = self.levels.get(..self.pixels()) else {
            return Vec::new();
        };
        (0..self.pixels())
            .filter(|&p| self.levels.iter().skip(p).step_by(self.pixels()).all(|&level| level == first[p]))
            .collect()
    }

    /// Writes the chosen cases as images, `[B][height][width]`, in the order given.
    ///
    /// # Errors
    /// [`DataError::NoSuchCase`]; `out` is then left empty.
    pub fn gather_images(&self, cases: &[usize], out: &mut Vec<f32>) -> Result<()> {
        out.clear();
        self.check(cases)?;
        out.reserve(cases.len() * self.pixels());
        for &case in cases {
            out.extend(self.case(case).iter().map(|&level| self.scale(level)));
        }
        Ok(())
    }

    /// Writes the chosen cases as sequences of one pixel per step, case by case: `[B][T][1]`.
    ///
    /// # Errors
    /// [`DataError::NoSuchCase`], [`DataError::OrderLength`]; `out` is then left empty.
    pub fn gather_sequences(&self, cases: &[usize], order: &ReadOrder, out: &mut Vec<f32>) -> Result<()> {
        out.clear();
        self.check(cases)?;
        self.check_order(order)?;
        out.reserve(cases.len() * self.pixels());
        for &case in cases {
            let levels = self.case(case);
            out.extend(order.positions().iter().map(|&p| self.scale(levels[p])));
        }
        Ok(())
    }

    /// Writes the chosen cases as sequences of one pixel per step, step by step: `[T][B][1]`.
    ///
    /// # Errors
    /// [`DataError::NoSuchCase`], [`DataError::OrderLength`]; `out` is then left empty.
    pub fn gather_steps(&self, cases: &[usize], order: &ReadOrder, out: &mut Vec<f32>) -> Result<()> {
        out.clear();
        self.check(cases)?;
        self.check_order(order)?;
        out.reserve(cases.len() * self.pixels());
        for &p in order.positions() {
            out.extend(cases.iter().map(|&case| self.scale(self.case(case)[p])));
        }
        Ok(())
    }

    /// Writes the labels of the chosen cases, `[B]`.
    ///
    /// # Errors
    /// [`DataError::NoSuchCase`]; `out` is then left empty.
    pub fn gather_labels(&self, cases: &[usize], out: &mut Vec<usize>) -> Result<()> {
        out.clear();
        self.check(cases)?;
        out.extend(cases.iter().map(|&case| usize::from(self.labels[case])));
        Ok(())
    }

    fn scale(&self, level: u8) -> f32 {
        f32::from(level) / f32::from(self.white)
    }

    pub(crate) fn case(&self, case: usize) -> &[u8] {
        &self.levels[case * self.pixels()..][..self.pixels()]
    }

    fn check(&self, cases: &[usize]) -> Result<()> {
        check_cases(cases, self.len())
    }

    fn check_order(&self, order: &ReadOrder) -> Result<()> {
        if order.positions().len() == self.pixels() {
            Ok(())
        } else {
            Err(DataError::OrderLength { expected: self.pixels(), got: order.positions().len() })
        }
    }
}

/// A data set that comes with its own division.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrainTest {
    /// Cases to learn from.
    pub train: Images,
    /// Cases to judge by.
    pub test: Images,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn two() -> Images {
        Images {
            name: "two".into(),
            height: 2,
            width: 2,
            white: 4,
            classes: 3,
            levels: vec![0, 1, 2, 3, 0, 4, 2, 0],
            labels: vec![2, 1],
        }
    }

    #[test]
    fn layouts() {
        let set = two();
        let mut out = vec![9.0];
        set.gather_images(&[1, 0], &mut out).unwrap();
        assert_eq!(out, [0.0, 1.0, 0.5, 0.0, 0.0, 0.25, 0.5, 0.75]);
        let order = ReadOrder::permuted(4, 3);
        let p = order.positions().to_vec();
        let image = [[0.0, 0.25, 0.5, 0.75], [0.0, 1.0, 0.5, 0.0]];
        set.gather_sequences(&[1, 0], &order, &mut out).unwrap();
        let want: Vec<f32> =
            [1, 0].iter().flat_map(|&c: &usize| p.iter().map(move |&p| image[c][p])).collect();
        assert_eq!(out, want);
        set.gather_steps(&[1, 0], &order, &mut out).unwrap();
        let want: Vec<f32> = p.iter().flat_map(|&p| [image[1][p], image[0][p]]).collect();
        assert_eq!(out, want);
        let mut labels = vec![];
        set.gather_labels(&[1, 0, 1], &mut labels).unwrap();
        assert_eq!(labels, [1, 2, 1]);
        assert_eq!(set.constant_pixels(), [0, 2]);
    }

    #[test]
    fn requests_outside_the_set_are_refused() {
        let set = two();
        let mut out = vec![1.0];
        assert!(matches!(
            set.gather_images(&[0, 2], &mut out),
            Err(DataError::NoSuchCase { index: 2, cases: 2 })
        ));
        assert!(out.is_empty());
        assert!(matches!(
            set.gather_steps(&[0], &ReadOrder::scan(5), &mut out),
            Err(DataError::OrderLength { expected: 4, got: 5 })
        ));
    }
}
