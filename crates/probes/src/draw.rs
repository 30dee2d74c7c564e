//! Random numbers from a seed, the same on every machine of one kind.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

pub(crate) struct Draw(ChaCha8Rng);

impl Draw {
    pub(crate) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// One from the standard normal distribution.
    pub(crate) fn normal(&mut self) -> f64 {
        self.0.sample(StandardNormal)
    }

    /// So many, of this deviation.
    pub(crate) fn normals(&mut self, n: usize, deviation: f64) -> Vec<f64> {
        (0..n).map(|_| deviation * self.normal()).collect()
    }

    /// One that is uniform in [0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        self.0.r#gen()
    }

    /// One of so many.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0.gen_range(0..n)
    }
}
