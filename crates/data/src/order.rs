//! In which order the pixels of an image are read when it is a sequence.

use crate::random;

/// Seed of the permutation that every permuted workload of normlab uses.
pub const PERMUTATION_SEED: u64 = 20_170_424;

/// The positions visited, one per step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadOrder(Vec<usize>);

impl ReadOrder {
    /// Row by row, left to right.
    pub fn scan(pixels: usize) -> Self {
        Self((0..pixels).collect())
    }

    /// One permutation, fixed by `seed`: every position exactly once.
    ///
    /// The published code of `cooijmans2017recurrent` draws its "permutation" with replacement,
    /// which repeats some pixels and loses about 37 % of them (claim 26 measures what that
    /// changes, with [`ReadOrder::with_replacement`]). This one is a true permutation; a test
    /// holds it to that.
    pub fn permuted(pixels: usize, seed: u64) -> Self {
        let mut positions: Vec<usize> = (0..pixels).collect();
        random::shuffle(&mut random::stream(seed, 0), &mut positions);
        Self(positions)
    }

    /// Positions drawn independently, so that some repeat and some are lost. Not a permutation:
    /// it exists to measure the mistake described at [`ReadOrder::permuted`].
    pub fn with_replacement(pixels: usize, seed: u64) -> Self {
        let mut rng = random::stream(seed, 1);
        Self((0..pixels).map(|_| random::below(&mut rng, pixels)).collect())
    }

    /// The positions, one per step.
    pub fn positions(&self) -> &[usize] {
        &self.0
    }

    /// Whether every position occurs exactly once.
    pub fn is_permutation(&self) -> bool {
        let mut seen = vec![false; self.0.len()];
        self.0.iter().all(|&p| seen.get_mut(p).is_some_and(|s| !std::mem::replace(s, true)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_permutation_is_one_and_not_the_identity() {
        for pixels in [2, 3, 64, 784] {
            let order = ReadOrder::permuted(pixels, PERMUTATION_SEED);
            let mut sorted = order.positions().to_vec();
            sorted.sort_unstable();
            assert_eq!(sorted, (0..pixels).collect::<Vec<_>>());
            assert!(order.is_permutation());
        }
        let order = ReadOrder::permuted(64, PERMUTATION_SEED);
        let kept = order.positions().iter().enumerate().filter(|&(i, &p)| i == p).count();
        assert!(kept < 8, "{kept} of 64 positions stay where they are");
    }

    /// Records name the seed only, so the order it stands for may never change.
    #[test]
    fn the_permutation_of_the_digits_is_pinned() {
        let order = ReadOrder::permuted(64, PERMUTATION_SEED);
        assert_eq!(order.positions()[..8], [48, 60, 62, 49, 2, 16, 41, 31]);
    }

    #[test]
    fn with_replacement_loses_pixels() {
        let order = ReadOrder::with_replacement(784, PERMUTATION_SEED);
        assert!(!order.is_permutation());
        let mut distinct = order.positions().to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        // 63.2 % expected: 495.6 of 784, standard deviation about 9.
        assert!((460..530).contains(&distinct.len()), "{}", distinct.len());
    }

    #[test]
    fn small_orders() {
        assert!(ReadOrder::permuted(0, 1).positions().is_empty());
        assert_eq!(ReadOrder::permuted(1, 1).positions(), [0]);
        assert!(ReadOrder::with_replacement(0, 1).positions().is_empty());
        assert!(!ReadOrder(vec![0, 2]).is_permutation());
    }
}
