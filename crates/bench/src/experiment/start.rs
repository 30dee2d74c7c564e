//! Where weights start: uniform as libraries have it, or as a paper says.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Normal, Uniform};

/// How the weights of a recurrence start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecurrentStart {
    /// Uniform in ±1/√units.
    Uniform,
    /// Each gate's square orthogonal, and each gate's columns or rows of the input weights.
    Orthogonal,
    /// As orthogonal, and the identity where the candidate meets the hidden state (cooijmans2017recurrent).
    Identity,
}

impl RecurrentStart {
    pub(crate) const CHOICES: [(&'static str, Self); 3] =
        [("uniform", Self::Uniform), ("orthogonal", Self::Orthogonal), ("identity", Self::Identity)];
}

/// Numbers for one purpose: the same seed with another stream is independent.
pub(crate) struct Draws(ChaCha8Rng);

impl Draws {
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(stream);
        Self(rng)
    }

    /// Uniform in ±bound.
    pub(crate) fn uniform(&mut self, len: usize, bound: f64) -> Vec<f32> {
        let uniform = Uniform::new_inclusive(-bound, bound);
        (0..len).map(|_| uniform.sample(&mut self.0) as f32).collect()
    }

    /// A whole number below `bound`, which is not 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0.gen_range(0..bound)
    }

    /// Whether something of that probability happens.
    pub(crate) fn happens(&mut self, probability: f64) -> bool {
        self.0.gen_bool(probability)
    }

    /// Factors of a dropout: 0 with that probability, else what keeps the mean.
    pub(crate) fn dropped(&mut self, len: usize, probability: f64) -> Vec<f32> {
        let kept = (1.0 / (1.0 - probability)) as f32;
        let drop = |v: f32| if f64::from(v) + 0.5 < probability { 0.0 } else { kept };
        self.uniform(len, 0.5).into_iter().map(drop).collect()
    }

    /// Normal with mean 0.
    pub(crate) fn normal(&mut self, len: usize, deviation: f64) -> Vec<f32> {
        let standard = Normal::new(0.0, 1.0).unwrap_or_else(|_| unreachable!("a deviation of 1 is one"));
        (0..len).map(|_| (standard.sample(&mut self.0) * deviation) as f32).collect()
    }

    /// `[rows, columns]` with orthonormal rows or, where there are more rows than columns, columns: a normal matrix made so
    /// by Gram and Schmidt, twice, so that rounding does not tell.
    pub(crate) fn orthogonal(&mut self, rows: usize, columns: usize) -> Vec<f32> {
        let (vectors, length) = (rows.min(columns), rows.max(columns));
        let normal = Normal::new(0.0, 1.0).unwrap_or_else(|_| unreachable!("a deviation of 1 is one"));
        let mut basis: Vec<Vec<f64>> = Vec::with_capacity(vectors);
        while basis.len() < vectors {
            let mut v: Vec<f64> = (0..length).map(|_| normal.sample(&mut self.0)).collect();
            for _ in 0..2 {
                for b in &basis {
                    let along: f64 = v.iter().zip(b).map(|(a, b)| a * b).sum();
                    v.iter_mut().zip(b).for_each(|(v, b)| *v -= along * b);
                }
            }
            let norm = v.iter().map(|a| a * a).sum::<f64>().sqrt();
            // A vector that lies in the span of the others says nothing; another is drawn.
            if norm > 1e-6 {
                for a in &mut v {
                    *a /= norm;
                }
                basis.push(v);
            }
        }
        let at = |r: usize, c: usize| if rows <= columns { basis[r][c] } else { basis[c][r] };
        (0..rows).flat_map(|r| (0..columns).map(move |c| (r, c))).map(|(r, c)| at(r, c) as f32).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_or_columns_are_orthonormal() {
        for (rows, columns) in [(6, 6), (3, 8), (8, 3)] {
            let w = Draws::new(3, 1).orthogonal(rows, columns);
            let (vectors, length) = (rows.min(columns), rows.max(columns));
            let at = |i: usize, j: usize| {
                f64::from(if rows <= columns { w[i * columns + j] } else { w[j * columns + i] })
            };
            for a in 0..vectors {
                for b in 0..vectors {
                    let dot: f64 = (0..length).map(|j| at(a, j) * at(b, j)).sum();
                    assert!((dot - f64::from(u8::from(a == b))).abs() < 1e-6, "{rows} {columns}: {dot}");
                }
            }
        }
    }

    #[test]
    fn seeds_and_streams_are_independent() {
        let draw = |seed, stream| Draws::new(seed, stream).uniform(8, 1.0);
        assert_eq!(draw(1, 0), draw(1, 0));
        assert_ne!(draw(1, 0), draw(2, 0));
        assert_ne!(draw(1, 0), draw(1, 1));
    }
}
