//! In which order the pixels of an image are read when it is a sequence.

use crate::random;

/// Seed of the permutation that every permuted workload of normlab uses.
pub const PERMUTATION_SEED: u64 = 20_170_424;

/// A permutation of `0..n`, fixed by `seed`: every index exactly once.
pub fn permutation(n: usize, seed: u64) -> Vec<usize> {
    let mut indices: Vec<usize> = (0..n).collect();
    random::shuffle(&mut random::stream(seed, 0), &mut indices);
    indices
}

/// `n` indices drawn from `0..n` independently, fixed by `seed`. Not a permutation: a fraction
/// (1 − 1/n)ⁿ ≈ 1/e ≈ 37 % of the indices never occurs and others repeat.
///
/// The published code of `cooijmans2017recurrent` draws the "permutation" of its permuted MNIST so.
pub fn with_replacement(n: usize, seed: u64) -> Vec<usize> {
    let mut rng = random::stream(seed, 1);
    (0..n).map(|_| random::below(&mut rng, n)).collect()
}

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
    /// A true permutation, unlike that of the published code of `cooijmans2017recurrent`: see
    /// [`with_replacement`]. Claim 26 measures what that changes, with
    /// [`ReadOrder::with_replacement`].
    pub fn permuted(pixels: usize, seed: u64) -> Self {
        Self(permutation(pixels, seed))
    }

    /// Positions drawn independently, so that some repeat and some are lost. Not a permutation:
    /// it exists to measure the mistake described at [`ReadOrder::permuted`].
    pub fn with_replacement(pixels: usize, seed: u64) -> Self {
        Self(with_replacement(pixels, seed))
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
    fn with_replacement_loses_a_fraction_of_1_over_e() {
        assert!(!ReadOrder::with_replacement(784, PERMUTATION_SEED).is_permutation());
        for seed in [1, 2, PERMUTATION_SEED] {
            let drawn = with_replacement(10_000, seed);
            assert_eq!(drawn.len(), 10_000);
            let mut distinct = drawn;
            distinct.sort_unstable();
            distinct.dedup();
            assert!(distinct.iter().all(|&index| index < 10_000));
            // 6321 expected, standard deviation 31.
            assert!((6200..6445).contains(&distinct.len()), "{}", distinct.len());
        }
    }

    #[test]
    fn draws_with_replacement_are_pinned() {
        assert_eq!(with_replacement(64, PERMUTATION_SEED)[..8], [61, 58, 30, 8, 8, 61, 55, 20]);
        assert_ne!(with_replacement(64, 1), with_replacement(64, 2));
        assert_ne!(permutation(64, 1), permutation(64, 2));
        assert_eq!(permutation(64, 3), ReadOrder::permuted(64, 3).positions());
        assert_eq!(with_replacement(64, 3), ReadOrder::with_replacement(64, 3).positions());
    }

    #[test]
    fn small_orders() {
        assert!(ReadOrder::permuted(0, 1).positions().is_empty());
        assert_eq!(ReadOrder::permuted(1, 1).positions(), [0]);
        assert!(ReadOrder::with_replacement(0, 1).positions().is_empty());
        assert!(!ReadOrder(vec![0, 2]).is_permutation());
    }
}
