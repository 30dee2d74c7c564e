//! The copying task.

use super::check_size;
use crate::{
    Result,
    batches::check_cases,
    random::{self, Draws},
};

/// Cases of the copying task as `arjovsky2016unitary` lays it out.
///
/// With S symbols to keep and a delay of D, a sequence has T = D + 2 S steps. Inputs: S symbols, each
/// uniform over the codes 0 to 7; D − 1 blanks; the delimiter; S blanks. Targets: D + S blanks, then
/// the S symbols in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copying {
    symbols: usize,
    delay: usize,
    inputs: Vec<u8>,
    targets: Vec<u8>,
}

/// The copying task with `cases` sequences of `symbols` symbols to be recalled after `delay` steps
/// (10 symbols in `arjovsky2016unitary`). Case i is drawn from `seed` with a stream of its own, so it is
/// the same whatever the number of cases.
///
/// # Errors
/// [`DataError::TaskSize`](crate::DataError::TaskSize) without a symbol or a delay, or for more than 2²⁷ steps in all cases together.
pub fn copying(cases: usize, symbols: usize, delay: usize, seed: u64) -> Result<Copying> {
    check_size("copying", "number of symbols", symbols, 1, 2)?;
    check_size("copying", "delay", delay, 1, 1)?;
    // Both are at most 2²⁷, so this does not overflow where `usize` has 32 bits.
    let steps = delay + 2 * symbols;
    check_size("copying", "number of cases", cases, 0, steps)?;
    let mut inputs = vec![Copying::BLANK; cases * steps];
    let mut targets = inputs.clone();
    let both = inputs.chunks_exact_mut(steps).zip(targets.chunks_exact_mut(steps));
    for (case, (input, target)) in both.enumerate() {
        let mut rng = random::case_stream(seed, Draws::Copying, case as u64);
        for symbol in &mut input[..symbols] {
            *symbol = random::below(&mut rng, Copying::SYMBOL_CODES) as u8;
        }
        input[symbols + delay - 1] = Copying::DELIMITER;
        target[symbols + delay..].copy_from_slice(&input[..symbols]);
    }
    Ok(Copying { symbols, delay, inputs, targets })
}

impl Copying {
    /// Codes that a symbol is drawn from: 0 to 7.
    pub const SYMBOL_CODES: usize = 8;
    /// Code of a step that says nothing.
    pub const BLANK: u8 = 8;
    /// Code of the step after which the symbols are asked for.
    pub const DELIMITER: u8 = 9;
    /// Codes in all.
    pub const CODES: usize = 10;

    /// Number of cases N.
    pub fn len(&self) -> usize {
        self.inputs.len() / self.steps()
    }

    /// Whether there is no case at all.
    pub fn is_empty(&self) -> bool {
        self.inputs.is_empty()
    }

    /// Steps T of a sequence.
    pub fn steps(&self) -> usize {
        self.delay + 2 * self.symbols
    }

    /// Codes of the inputs, `[N][T]`.
    pub fn inputs(&self) -> &[u8] {
        &self.inputs
    }

    /// Codes of the targets, `[N][T]`.
    pub fn targets(&self) -> &[u8] {
        &self.targets
    }

    /// Cross entropy per step, in nats, of the best prediction without memory: blank until the
    /// delimiter, then each of the eight symbols with equal probability. S ln 8 / (D + 2 S).
    pub fn memoryless_loss(&self) -> f64 {
        self.symbols as f64 * (Self::SYMBOL_CODES as f64).ln() / self.steps() as f64
    }

    /// Writes the chosen cases, inputs and targets, each `[B][T]`.
    ///
    /// # Errors
    /// [`DataError::NoSuchCase`](crate::DataError::NoSuchCase); both are then left empty.
    pub fn gather(&self, cases: &[usize], inputs: &mut Vec<usize>, targets: &mut Vec<usize>) -> Result<()> {
        inputs.clear();
        targets.clear();
        check_cases(cases, self.len())?;
        for &case in cases {
            let steps = case * self.steps()..(case + 1) * self.steps();
            inputs.extend(self.inputs[steps.clone()].iter().map(|&code| usize::from(code)));
            targets.extend(self.targets[steps].iter().map(|&code| usize::from(code)));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DataError;

    #[test]
    fn symbols_are_asked_for_after_the_delimiter() {
        for (symbols, delay) in [(10, 30), (3, 1), (1, 4)] {
            let set = copying(50, symbols, delay, 3).unwrap();
            let steps = delay + 2 * symbols;
            assert_eq!((set.len(), set.steps(), set.inputs().len()), (50, steps, 50 * steps));
            for (input, target) in set.inputs().chunks(steps).zip(set.targets().chunks(steps)) {
                let (kept, rest) = input.split_at(symbols);
                assert!(kept.iter().all(|&code| code < 8));
                let delimiters: Vec<_> =
                    (0..steps).filter(|&step| input[step] == Copying::DELIMITER).collect();
                assert_eq!(delimiters, [symbols + delay - 1]);
                assert!(rest.iter().all(|code| [Copying::BLANK, Copying::DELIMITER].contains(code)));
                assert!(target[..delay + symbols].iter().all(|&code| code == Copying::BLANK));
                assert_eq!(&target[delay + symbols..], kept);
            }
        }
    }

    /// What is best without memory is the frequency of each code at each step of the targets.
    #[test]
    fn the_memoryless_loss_is_the_entropy_of_the_targets() {
        let set = copying(20_000, 4, 7, 3).unwrap();
        let steps = set.steps();
        let mut loss = 0.0;
        for step in 0..steps {
            let mut counts = [0.0; Copying::CODES];
            for target in set.targets().chunks_exact(steps) {
                counts[usize::from(target[step])] += 1.0;
            }
            let shares = counts.map(|count| count / set.len() as f64);
            loss -= shares.iter().filter(|&&share| share > 0.0).map(|share| share * share.ln()).sum::<f64>();
        }
        let said = set.memoryless_loss();
        assert!((loss / steps as f64 / said - 1.0).abs() < 1e-3, "{loss} over {steps} steps, said {said}");
        // The figure of the source: 10 ln 8 / (T + 20).
        let published = copying(0, 10, 100, 3).unwrap().memoryless_loss();
        assert!((published - 10.0 * 8f64.ln() / 120.0).abs() < 1e-15);
    }

    #[test]
    fn the_seed_decides_and_the_number_of_cases_does_not() {
        let make = |cases, seed| copying(cases, 10, 5, seed).unwrap();
        let (few, many) = (make(5, 3), make(50, 3));
        assert_eq!(few.inputs(), &many.inputs()[..5 * 25]);
        assert_eq!(few.targets(), &many.targets()[..5 * 25]);
        assert_eq!(few, make(5, 3));
        assert_ne!(few, make(5, 4));
        assert_ne!(few.inputs()[..25], few.inputs()[25..50]);
        // Records name the seed only, so the cases it stands for may never change.
        assert_eq!(make(1, 1).inputs()[..10], [3, 2, 0, 1, 6, 3, 0, 6, 6, 3]);
    }

    #[test]
    fn chosen_cases_are_gathered() {
        let set = copying(4, 2, 3, 3).unwrap();
        let (mut inputs, mut targets) = (vec![1], vec![1]);
        set.gather(&[3, 1], &mut inputs, &mut targets).unwrap();
        let of = |all: &[u8]| -> Vec<usize> {
            [&all[21..], &all[7..14]].concat().into_iter().map(usize::from).collect()
        };
        assert_eq!((inputs.clone(), targets.clone()), (of(set.inputs()), of(set.targets())));
        let error = set.gather(&[0, 4], &mut inputs, &mut targets).unwrap_err();
        assert!(matches!(error, DataError::NoSuchCase { index: 4, cases: 4 }));
        assert!(inputs.is_empty() && targets.is_empty());
    }

    #[test]
    fn impossible_sizes_are_refused() {
        let refused = |cases, symbols, delay| {
            matches!(copying(cases, symbols, delay, 3), Err(DataError::TaskSize { task: "copying", .. }))
        };
        assert!(refused(1, 0, 3) && refused(1, 3, 0));
        assert!(refused(usize::MAX, 1, 1) && refused(1, usize::MAX, 1) && refused(1, 1, usize::MAX));
        let error = copying(1, 2, 0, 3).unwrap_err().to_string();
        assert_eq!(error, "copying: delay is 0, expected 1 to 134217728");
        assert!(copying(0, 2, 3, 3).unwrap().is_empty());
    }
}
