//! Dividing one set into training, validation and test cases.

use crate::{DataError, Result, random};

/// Sizes asked of a split; what is left trains.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fractions {
    /// Part used to choose learning rates and to stop.
    pub validation: f64,
    /// Part used to judge.
    pub test: f64,
}

impl Fractions {
    pub(crate) fn check(self) -> Result<()> {
        let Self { validation, test } = self;
        let fraction = 0.0..1.0;
        if fraction.contains(&validation) && fraction.contains(&test) && validation + test < 1.0 {
            Ok(())
        } else {
            Err(DataError::Fractions { validation, test })
        }
    }
}

/// Indices of the cases of each part, each in ascending order; no case is in two parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Split {
    /// Cases to learn from.
    pub train: Vec<usize>,
    /// Cases to choose by.
    pub validation: Vec<usize>,
    /// Cases to judge by.
    pub test: Vec<usize>,
}

impl Split {
    /// Shuffles the cases of each class by `seed` and gives each part its fraction of every class,
    /// rounded to the nearest case. A class keeps at least one training case if it has any.
    ///
    /// The split knows nothing about who wrote a digit. The writers of [`digits()`](crate::digits())
    /// lie in all parts of any random split, so a test score says how well a model reads *known*
    /// hands. The official parts of [`optdigits`](crate::optdigits()) do not share a writer.
    ///
    /// # Errors
    /// [`DataError::Fractions`] unless each fraction is in `0..1` and their sum is below 1.
    pub fn stratified(labels: &[u8], fractions: Fractions, seed: u64) -> Result<Self> {
        fractions.check()?;
        let Fractions { validation, test } = fractions;
        let mut by_class = vec![Vec::new(); 256];
        for (case, &label) in labels.iter().enumerate() {
            by_class[usize::from(label)].push(case);
        }
        let mut split = Self::default();
        for (class, mut cases) in by_class.into_iter().enumerate() {
            if cases.is_empty() {
                continue;
            }
            // One stream per class: adding cases to a class leaves the others where they were.
            random::shuffle(&mut random::stream(seed, class as u64), &mut cases);
            let share = |fraction: f64| (cases.len() as f64 * fraction).round() as usize;
            let tests = share(test).min(cases.len() - 1);
            let validations = share(validation).min(cases.len() - 1 - tests);
            let (test_cases, rest) = cases.split_at(tests);
            let (validation_cases, train_cases) = rest.split_at(validations);
            split.test.extend(test_cases);
            split.validation.extend(validation_cases);
            split.train.extend(train_cases);
        }
        split.train.sort_unstable();
        split.validation.sort_unstable();
        split.test.sort_unstable();
        Ok(split)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIFTHS: Fractions = Fractions { validation: 0.2, test: 0.2 };

    fn labels() -> Vec<u8> {
        (0..1000u32).map(|i| (i * i % 10) as u8).collect()
    }

    #[test]
    fn parts_are_disjoint_complete_and_stratified() {
        let labels = labels();
        let split = Split::stratified(&labels, FIFTHS, 7).unwrap();
        let mut all = [split.train.clone(), split.validation.clone(), split.test.clone()].concat();
        all.sort_unstable();
        assert_eq!(all, (0..1000).collect::<Vec<_>>());
        for class in 0..10u8 {
            let of = |part: &[usize]| part.iter().filter(|&&i| labels[i] == class).count() as f64;
            let all = of(&(0..labels.len()).collect::<Vec<_>>());
            assert!((of(&split.test) - 0.2 * all).abs() <= 0.5);
            assert!((of(&split.validation) - 0.2 * all).abs() <= 0.5);
        }
    }

    #[test]
    fn the_seed_decides() {
        let labels = labels();
        let split = |seed| Split::stratified(&labels, FIFTHS, seed).unwrap();
        assert_eq!(split(1), split(1));
        assert_ne!(split(1).test, split(2).test);
        // A split by position would also be "stratified": the parts must be mixed.
        assert!(split(1).test.iter().any(|&i| i > 900) && split(1).test.iter().any(|&i| i < 100));
    }

    #[test]
    fn tiny_classes_still_train() {
        let split = Split::stratified(&[3, 3, 5], Fractions { validation: 0.4, test: 0.5 }, 1).unwrap();
        assert!(split.train.contains(&2));
        assert_eq!(split.train.len(), 2);
        assert_eq!(Split::stratified(&[], FIFTHS, 1).unwrap(), Split::default());
    }

    #[test]
    fn impossible_fractions_are_refused() {
        for (validation, test) in [(0.5, 0.5), (-0.1, 0.2), (0.0, 1.0), (f64::NAN, 0.1), (0.1, f64::INFINITY)]
        {
            let asked = Fractions { validation, test };
            assert!(matches!(Split::stratified(&[0], asked, 1), Err(DataError::Fractions { .. })));
        }
    }
}
