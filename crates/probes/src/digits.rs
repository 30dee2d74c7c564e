//! Handwritten digits as pictures, in draws of training and test cases, and how often a read-out of features is right.

use data::Images;
use hmax::{Gray, Readout, Resampling, Result};

use crate::draw::Draw;

const CLASSES: usize = 10;
/// What squared weights of the read-out cost.
const RIDGE: f64 = 10.0;

/// Cases, those that train first, as many of each class, and those that test behind them.
pub(crate) struct Drawn {
    digits: Images,
    cases: Vec<usize>,
    test: usize,
}

impl Drawn {
    /// So many training cases of each class and so many others.
    pub(crate) fn new(per_class: usize, test: usize, draw: &mut Draw) -> Self {
        let digits = data::digits();
        let mut order: Vec<usize> = (0..digits.labels().len()).collect();
        for i in (1..order.len()).rev() {
            order.swap(i, draw.below(i + 1));
        }
        let mut taken = [0; CLASSES];
        let (mut train, mut rest) = (Vec::new(), Vec::new());
        for case in order {
            let class = usize::from(digits.labels()[case]);
            if taken[class] < per_class {
                taken[class] += 1;
                train.push(case);
            } else {
                rest.push(case);
            }
        }
        // Class after class in turn, so that the first of them hold as many of each class as well.
        train.sort_by_key(|&case| usize::from(digits.labels()[case]));
        let in_turn = (0..per_class).flat_map(|n| (0..CLASSES).map(move |class| class * per_class + n));
        let cases = in_turn.map(|i| train[i]).chain(rest.into_iter().take(test)).collect();
        Self { digits, cases, test }
    }

    pub(crate) fn len(&self) -> usize {
        self.cases.len()
    }

    /// One case as it is, 8×8.
    pub(crate) fn picture(&self, n: usize) -> Result<Gray> {
        let levels = &self.digits.levels()[self.cases[n] * 64..][..64];
        Gray::new(8, 8, levels.iter().map(|&p| f32::from(p) / f32::from(self.digits.white())).collect())
    }

    /// One case three times as large, at a drawn place in 48×48.
    pub(crate) fn placed(&self, n: usize, draw: &mut Draw) -> Result<Gray> {
        let large = self.picture(n)?.resized(24, 24, Resampling::Bicubic)?;
        let (top, left) = (draw.below(25), draw.below(25));
        let mut frame = vec![0.0; 48 * 48];
        for (y, row) in large.pixels().chunks_exact(24).enumerate() {
            frame[(top + y) * 48 + left..][..24].copy_from_slice(row);
        }
        Gray::new(48, 48, frame)
    }

    /// The share of test cases that is right by features of all cases, where the first `train` of them train.
    pub(crate) fn right(&self, features: &[Vec<f32>], train: usize) -> Result<f64> {
        let labels: Vec<usize> = self.cases.iter().map(|&case| self.digits.labels()[case].into()).collect();
        let readout = Readout::train(&features[..train], &labels[..train], CLASSES, RIDGE)?;
        let test = self.len() - self.test;
        let mut right = 0;
        for (x, label) in features[test..].iter().zip(&labels[test..]) {
            right += usize::from(readout.classify(x)? == *label);
        }
        Ok(right as f64 / self.test as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn training_cases_come_class_after_class_and_no_test_case_is_one() {
        let drawn = Drawn::new(3, 40, &mut Draw::new(1));
        assert_eq!(drawn.len(), 70);
        let classes: Vec<u8> = drawn.cases[..30].iter().map(|&case| drawn.digits.labels()[case]).collect();
        assert_eq!(classes, (0..3).flat_map(|_| 0..10).collect::<Vec<u8>>());
        let mut all = drawn.cases.clone();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), 70);
    }

    /// Features that say the class are always right, those that say nothing as often as a guess.
    #[test]
    fn a_read_out_is_as_good_as_its_features() {
        let drawn = Drawn::new(3, 200, &mut Draw::new(2));
        let told = |case: &usize| {
            (0..10u8).map(|c| f32::from(u8::from(c == drawn.digits.labels()[*case]))).collect::<Vec<f32>>()
        };
        let features: Vec<Vec<f32>> = drawn.cases.iter().map(told).collect();
        assert!((drawn.right(&features, 30).unwrap() - 1.0).abs() < 1e-12);
        let mut draw = Draw::new(3);
        let noise: Vec<Vec<f32>> =
            (0..drawn.len()).map(|_| (0..10).map(|_| draw.normal() as f32).collect()).collect();
        assert!(drawn.right(&noise, 30).unwrap() < 0.3);
    }
}
