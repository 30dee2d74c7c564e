//! The adding task.

use super::check_size;
use crate::{
    Result,
    batches::check_cases,
    random::{self, Draws},
};

/// Input channels of [`Adding`].
const CHANNELS: usize = 2;

/// Cases of the adding task (`hochreiter1997lstm`, `le2015simple`).
///
/// Every step has two channels: a value, uniform in [0, 1), and a marker, which is 1 at two steps and 0
/// elsewhere. One marker lies in the first half of the sequence and one in the second. The target is the
/// sum of the two marked values. Predicting its mean, 1, has a mean squared error of
/// [`Adding::CONSTANT_MSE`].
#[derive(Clone, Debug, PartialEq)]
pub struct Adding {
    steps: usize,
    inputs: Vec<f32>,
    lengths: Vec<usize>,
    targets: Vec<f32>,
}

/// The adding task with `cases` sequences of `steps` steps. Case i is drawn from `seed` with a stream
/// of its own, so it is the same whatever the number of cases.
///
/// # Errors
/// [`DataError::TaskSize`](crate::DataError::TaskSize) for fewer than 2 steps, or more than 2²⁷ steps in all cases together.
pub fn adding(cases: usize, steps: usize, seed: u64) -> Result<Adding> {
    check_size("adding", "number of steps", steps, 2, 1)?;
    Adding::draw(cases, steps, steps, seed)
}

/// [`adding`] with a length per case, uniform in `steps / 2..=steps`; both channels are zero behind it.
/// The halves that hold one marker each are those of the length drawn.
///
/// # Errors
/// [`DataError::TaskSize`](crate::DataError::TaskSize) for fewer than 4 steps, or more than 2²⁷ steps in all cases together.
pub fn adding_of_lengths(cases: usize, steps: usize, seed: u64) -> Result<Adding> {
    check_size("adding", "number of steps", steps, 4, 1)?;
    Adding::draw(cases, steps / 2, steps, seed)
}

impl Adding {
    /// Mean squared error of the best constant, 1: the variance of the sum of two independent uniform
    /// values, 2 · 1/12.
    pub const CONSTANT_MSE: f64 = 1.0 / 6.0;

    fn draw(cases: usize, shortest: usize, steps: usize, seed: u64) -> Result<Self> {
        check_size("adding", "number of cases", cases, 0, steps)?;
        let mut inputs = vec![0.0; cases * steps * CHANNELS];
        let (mut lengths, mut targets) = (Vec::with_capacity(cases), Vec::with_capacity(cases));
        for (case, input) in inputs.chunks_exact_mut(steps * CHANNELS).enumerate() {
            let mut rng = random::case_stream(seed, Draws::Adding, case as u64);
            let length = shortest + random::below(&mut rng, steps - shortest + 1);
            let half = length / 2;
            let marked = [random::below(&mut rng, half), half + random::below(&mut rng, length - half)];
            for step in input.chunks_exact_mut(CHANNELS).take(length) {
                step[0] = random::unit(&mut rng);
            }
            for step in marked {
                input[step * CHANNELS + 1] = 1.0;
            }
            lengths.push(length);
            targets.push(marked.iter().map(|&step| input[step * CHANNELS]).sum());
        }
        Ok(Self { steps, inputs, lengths, targets })
    }

    /// Number of cases N.
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    /// Whether there is no case at all.
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }

    /// Steps T of a sequence, padding included.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Value and marker of every step, `[N][T][2]`.
    pub fn inputs(&self) -> &[f32] {
        &self.inputs
    }

    /// Steps of each case before its padding, `[N]`.
    pub fn lengths(&self) -> &[usize] {
        &self.lengths
    }

    /// The sums, `[N]`.
    pub fn targets(&self) -> &[f32] {
        &self.targets
    }

    /// Writes the chosen cases: inputs `[B][T][2]`, lengths `[B]` and targets `[B]`.
    ///
    /// # Errors
    /// [`DataError::NoSuchCase`](crate::DataError::NoSuchCase); all three are then left empty.
    pub fn gather(
        &self,
        cases: &[usize],
        inputs: &mut Vec<f32>,
        lengths: &mut Vec<usize>,
        targets: &mut Vec<f32>,
    ) -> Result<()> {
        inputs.clear();
        lengths.clear();
        targets.clear();
        check_cases(cases, self.len())?;
        let size = self.steps * CHANNELS;
        for &case in cases {
            inputs.extend_from_slice(&self.inputs[case * size..][..size]);
        }
        lengths.extend(cases.iter().map(|&case| self.lengths[case]));
        targets.extend(cases.iter().map(|&case| self.targets[case]));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DataError;

    /// Places of the markers of one case.
    fn marked(input: &[f32]) -> Vec<usize> {
        let marks = input.iter().skip(1).step_by(2);
        assert!(marks.clone().all(|&mark| mark == 0.0 || mark == 1.0));
        marks.enumerate().filter(|&(_, &mark)| mark == 1.0).map(|(step, _)| step).collect()
    }

    #[test]
    fn one_marker_in_each_half_names_what_is_added() {
        for (steps, set) in [
            (11, adding(2000, 11, 3).unwrap()),
            (11, adding_of_lengths(2000, 11, 3).unwrap()),
            (2, adding(20, 2, 3).unwrap()),
            (4, adding_of_lengths(20, 4, 3).unwrap()),
        ] {
            assert_eq!((set.steps(), set.inputs().len()), (steps, set.len() * steps * 2));
            let cases = set.inputs().chunks_exact(2 * steps);
            for ((input, &length), &target) in cases.zip(set.lengths()).zip(set.targets()) {
                let marked = marked(input);
                assert_eq!(marked.len(), 2);
                assert!(marked[0] < length / 2 && (length / 2..length).contains(&marked[1]));
                assert_eq!(target, input[2 * marked[0]] + input[2 * marked[1]]);
                assert!(input.iter().step_by(2).all(|value| (0.0..1.0).contains(value)));
            }
        }
    }

    #[test]
    fn markers_fall_on_every_step() {
        let set = adding(2000, 8, 3).unwrap();
        let mut counts = [0; 8];
        for input in set.inputs().chunks_exact(16) {
            for step in marked(input) {
                counts[step] += 1;
            }
        }
        // 500 expected, standard deviation 19.
        assert!(counts.iter().all(|count| (420..580).contains(count)), "{counts:?}");
    }

    #[test]
    fn lengths_are_drawn_and_padded_with_zeros() {
        assert!(adding(100, 9, 3).unwrap().lengths().iter().all(|&length| length == 9));
        let set = adding_of_lengths(3000, 9, 3).unwrap();
        let mut counts = [0; 10];
        for (input, &length) in set.inputs().chunks_exact(18).zip(set.lengths()) {
            counts[length] += 1;
            assert!(input[2 * length..].iter().all(|&x| x == 0.0));
            assert!(input[..2 * length].iter().step_by(2).all(|&value| value != 0.0));
        }
        assert_eq!(counts[..4], [0; 4]);
        // 500 expected of each length from 4 to 9, standard deviation 20.
        assert!(counts[4..].iter().all(|count| (420..580).contains(count)), "{counts:?}");
    }

    #[test]
    fn the_best_constant_is_1_with_the_error_said() {
        for set in [adding(20_000, 6, 3).unwrap(), adding_of_lengths(20_000, 6, 4).unwrap()] {
            let mean = |f: fn(f64) -> f64| {
                set.targets().iter().map(|&target| f(target.into())).sum::<f64>() / set.len() as f64
            };
            // Standard deviations 0.0029 and 0.0014.
            assert!((mean(|target| target) - 1.0).abs() < 0.012);
            let error = mean(|target| (target - 1.0).powi(2));
            assert!((error - Adding::CONSTANT_MSE).abs() < 0.006, "{error}");
        }
    }

    #[test]
    fn the_seed_decides_and_the_number_of_cases_does_not() {
        for make in [adding, adding_of_lengths] {
            let (few, many) = (make(5, 10, 3).unwrap(), make(50, 10, 3).unwrap());
            assert_eq!(few.inputs(), &many.inputs()[..100]);
            assert_eq!((few.lengths(), few.targets()), (&many.lengths()[..5], &many.targets()[..5]));
            assert_eq!(few, make(5, 10, 3).unwrap());
            assert_ne!(few, make(5, 10, 4).unwrap());
            assert_ne!(few.inputs()[..20], few.inputs()[20..40]);
        }
        // Records name the seed only, so the cases it stands for may never change.
        let set = adding_of_lengths(2, 10, 1).unwrap();
        assert_eq!((set.lengths(), set.targets()), (&[8, 7][..], &[0.640_342_53, 1.043_805_2][..]));
    }

    #[test]
    fn chosen_cases_are_gathered() {
        let set = adding_of_lengths(4, 40, 3).unwrap();
        assert_ne!(set.lengths()[0], set.lengths()[3]);
        let (mut inputs, mut lengths, mut targets) = (vec![1.0], vec![1], vec![1.0]);
        set.gather(&[3, 1], &mut inputs, &mut lengths, &mut targets).unwrap();
        assert_eq!(inputs, [&set.inputs()[240..], &set.inputs()[80..160]].concat());
        assert_eq!(lengths, [set.lengths()[3], set.lengths()[1]]);
        assert_eq!(targets, [set.targets()[3], set.targets()[1]]);
        let error = set.gather(&[0, 4], &mut inputs, &mut lengths, &mut targets).unwrap_err();
        assert!(matches!(error, DataError::NoSuchCase { index: 4, cases: 4 }));
        assert!(inputs.is_empty() && lengths.is_empty() && targets.is_empty());
    }

    #[test]
    fn impossible_sizes_are_refused() {
        let refused = |made: Result<Adding>| matches!(made, Err(DataError::TaskSize { task: "adding", .. }));
        assert!(refused(adding(1, 1, 3)) && refused(adding_of_lengths(1, 3, 3)));
        assert!(refused(adding(1, usize::MAX, 3)) && refused(adding(usize::MAX, 2, 3)));
        let error = adding(1 << 20, 1000, 3).unwrap_err().to_string();
        assert_eq!(error, "adding: number of cases is 1048576, expected 0 to 134217");
        assert!(adding(0, 2, 3).unwrap().is_empty());
    }
}
