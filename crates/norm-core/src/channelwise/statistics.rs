//! The statistics of every channel.

use super::blocks::{Deviations, Level};
use super::channels::{PerChannel, Step};
use super::{Blocks, Params, rounded};
use crate::chunk;
use crate::formula::Bodies;
use crate::isa::Isa;
use crate::kernel::run;
use crate::moments::{Moments, SAMPLES, sample};
use crate::value::{Array, Elem};

impl<T: Elem> Blocks<'_, T> {
    /// A value per channel near its mean, from cases and places spread over the whole input.
    fn guess(&self) -> Vec<T> {
        let l = self.layout;
        let counted: Option<Vec<usize>> =
            self.mask.map(|m| m.iter().enumerate().filter_map(|(n, on)| on.then_some(n)).collect());
        let cases = counted.as_ref().map_or(l.n, Vec::len);
        let at = |i: usize| {
            let case = sample(i, cases);
            let case = counted.as_ref().map_or(case, |c| c[case]);
            case * l.case() + sample(i, l.s)
        };
        // Shares are added up, not values: the sum cannot overflow.
        let share = T::lit(1.0 / SAMPLES as f64);
        let mut center = vec![T::default(); l.channels()];
        for i in 0..SAMPLES {
            let from = &self.x[at(i)..];
            for (center, x) in center.iter_mut().zip(from.iter().step_by(l.s)) {
                *center = *center + *x * share;
            }
        }
        center
    }

    /// Sums of deviations from `center` and of their squares, `[2][channels]`.
    fn deviations<const SIMD: bool>(&self, isa: Isa, center: &[T]) -> Vec<f64> {
        let width = 2 * center.len();
        let mut parts = vec![0.0; self.count() * width];
        let tasks = parts
            .chunks_mut(width)
            .enumerate()
            .map(|(b, sums)| Deviations { block: self.block(b), center, sums })
            .collect();
        chunk::for_each(tasks, self.layout.len(), |t: Deviations<'_, T>| run::<_, SIMD>(isa, t));
        chunk::add_in_order(&parts, width)
    }

    /// Means and variances over `n` elements.
    fn moments<const SIMD: bool>(&self, isa: Isa, n: f64) -> (Vec<f64>, Vec<f64>) {
        let around = |center: &[T]| -> Vec<Moments> {
            let sums = self.deviations::<SIMD>(isa, center);
            let (sum, squares) = sums.split_at(center.len());
            let sums = center.iter().zip(sum.iter().zip(squares));
            sums.map(|(c, (s, q))| Moments::around(c.to_f64(), *s, *q, n)).collect()
        };
        let mut found = around(&self.guess());
        if found.iter().any(|m| m.lost) {
            found = around(&found.iter().map(|m| T::lit(m.mean)).collect::<Vec<_>>());
        }
        found.into_iter().map(|m| (m.mean, m.variance)).unzip()
    }
}

/// Fills `stats`, `[statistics][channels]`; `n` elements of a channel count.
pub(super) fn find<F: Bodies, T: Elem, const SIMD: bool>(
    isa: Isa,
    blocks: &Blocks<'_, T>,
    n: f64,
    consts: F::Consts,
    params: &Params<T>,
    stats: &mut [T],
) {
    let channels = blocks.layout.channels();
    let width = F::Means::<T>::LEN * channels;
    stats.fill(T::default());
    let finish = |level: usize, means: &[T], stats: &mut [T]| {
        let step = Step::Finish { level, means, stats };
        run::<_, SIMD>(
            isa,
            PerChannel::<F, T> { step, params: &params.per_channel, channels, n: T::lit(n), consts },
        );
    };
    let mut first = 0;
    if F::CENTRAL_MOMENTS {
        let (mean, variance) = blocks.moments::<SIMD>(isa, n);
        // Means are laid in planes of which the central moments use the first.
        let mut plane = vec![T::default(); width];
        for (level, found) in [mean, variance].iter().enumerate() {
            plane[..channels].copy_from_slice(&rounded::<T>(found, 1.0));
            finish(level, &plane, stats);
        }
        first = 2;
    }
    for level in first..F::LEVELS {
        let mut parts = vec![0.0; blocks.count() * width];
        let given: &[T] = stats;
        let tasks = parts
            .chunks_mut(width.max(1))
            .enumerate()
            .map(|(b, sums)| Level::<F, T> {
                block: blocks.block(b),
                which: level,
                stats: given,
                stored: &params.stored,
                consts,
                sums,
            })
            .collect();
        chunk::for_each(tasks, blocks.layout.len(), |t: Level<'_, F, T>| run::<_, SIMD>(isa, t));
        finish(level, &rounded::<T>(&chunk::add_in_order(&parts, width), n), stats);
    }
}
