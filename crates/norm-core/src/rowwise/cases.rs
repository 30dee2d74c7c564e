//! What is done with some whole cases.

use std::mem::MaybeUninit;

use super::sweeps::{self, Given, zeros};
use crate::formula::Bodies;
use crate::isa::Job;
use crate::kernel::Rule;
use crate::layout::Layout;
use crate::value::{Array, Elem, Registers};

/// Where the statistics of a chunk are.
pub(super) enum Stats<'a, T> {
    Find(&'a mut [T]),
    Given(&'a [T]),
}

/// The forward.
pub(super) struct Forward<'a, F: Bodies, T> {
    pub(super) x: &'a [T],
    pub(super) y: Option<&'a mut [MaybeUninit<T>]>,
    pub(super) stats: Stats<'a, T>,
    pub(super) params: &'a [&'a [T]],
    pub(super) mask: Option<&'a [bool]>,
    pub(super) layout: Layout,
    pub(super) consts: F::Consts,
}

impl<F: Bodies, T: Elem> Job for Forward<'_, F, T> {
    type Out = ();
    #[inline(always)]
    fn run<R: Registers>(mut self) {
        let (case, set, ns) = (self.layout.case(), self.layout.k * self.layout.s, F::Statistics::<T>::LEN);
        for (n, x) in self.x.chunks_exact(case).enumerate() {
            let on = self.mask.is_none_or(|m| m[n]);
            for (g, x) in x.chunks_exact(set).enumerate() {
                let row = n * self.layout.g + g;
                let s = match &mut self.stats {
                    Stats::Find(stats) => {
                        let s = sweeps::statistics::<F, T, R>(x, &self.consts);
                        stats[row * ns..(row + 1) * ns].copy_from_slice(s.values());
                        s
                    }
                    Stats::Given(stats) => F::Statistics::<T>::from_fn(|i| stats[row * ns + i]),
                };
                if let Some(y) = &mut self.y {
                    let y = &mut y[n * case + g * set..n * case + (g + 1) * set];
                    if on {
                        sweeps::apply::<F, T, R>(x, y, self.params, g * set, &s, &self.consts);
                    } else {
                        y.fill(MaybeUninit::new(T::default()));
                    }
                }
            }
        }
    }
}

/// What a backward chunk is to do.
pub(super) enum Phase<'a, T> {
    /// All of it with the gradient rule.
    Whole { dx: &'a mut [T], rule: Rule },
    /// Up to the gradients at the statistics and the sums they came from.
    Statistics { gradients: &'a mut [T], sums: &'a mut [T] },
    /// From given gradients at the statistics to `dx`.
    Inputs { dx: &'a mut [T], gradients: &'a [T], sums: &'a [T] },
}

/// The backward.
pub(super) struct Backward<'a, F: Bodies, T> {
    pub(super) given: Given<'a, F, T>,
    pub(super) stats: &'a [T],
    pub(super) current: &'a [T],
    pub(super) dparams: &'a mut [T],
    pub(super) mask: Option<&'a [bool]>,
    pub(super) groups: usize,
    pub(super) overwrite: bool,
    pub(super) phase: Phase<'a, T>,
}

/// Cases whose rows are swept together. More would not leave their sums in registers.
const TOGETHER: usize = 2;

impl<F: Bodies, T: Elem> Job for Backward<'_, F, T> {
    type Out = ();
    #[inline(always)]
    fn run<R: Registers>(mut self) {
        let (mut cases, mut held) = ([0; TOGETHER], 0);
        let count = self.given.x.len() / self.given.case;
        for n in 0..count {
            if self.mask.is_none_or(|m| m[n]) {
                cases[held] = n;
                held += 1;
            } else {
                self.skip(n);
            }
            if held == TOGETHER || (held > 0 && n + 1 == count) {
                self.cases::<R>(&cases[..held]);
                held = 0;
            }
        }
    }
}

impl<F: Bodies, T: Elem> Backward<'_, F, T> {
    /// A case that does not count.
    #[inline(always)]
    fn skip(&mut self, n: usize) {
        let (case, ns, nb) = (self.given.case, F::Statistics::<T>::LEN, F::Sums::<T>::LEN);
        match &mut self.phase {
            Phase::Whole { dx, .. } | Phase::Inputs { dx, .. } => {
                if self.overwrite {
                    dx[n * case..(n + 1) * case].fill(T::default());
                }
            }
            Phase::Statistics { gradients, sums } => {
                let rows = n * self.groups..(n + 1) * self.groups;
                gradients[rows.start * ns..rows.end * ns].fill(T::default());
                sums[rows.start * nb..rows.end * nb].fill(T::default());
            }
        }
    }

    /// A case, or [`TOGETHER`] of them. Each sweep stands here once: what is inlined here is compiled for every method,
    /// element type and instruction set.
    #[inline(always)]
    fn cases<R: Registers>(&mut self, cases: &[usize]) {
        let (ns, nb) = (F::Statistics::<T>::LEN, F::Sums::<T>::LEN);
        let (count, c) = (T::lit(self.given.row as f64), &self.given.consts);
        for g in 0..self.groups {
            let at = g * self.given.row;
            let (used, current) = (self.stats, self.current);
            let stats = |n: usize| {
                let row = n * self.groups + g;
                let of = |all: &[T]| F::Statistics::<T>::from_fn(|i| all[row * ns + i]);
                [of(used), of(current)]
            };
            let mut found = [zeros::<T, F::Sums<T>>(); TOGETHER];
            if !matches!(self.phase, Phase::Inputs { .. }) {
                if let Ok(cases) = <[usize; TOGETHER]>::try_from(cases) {
                    found = self.given.terms::<R, TOGETHER>(cases, at, &cases.map(stats), self.dparams);
                } else {
                    let [sums] = self.given.terms::<R, 1>([cases[0]], at, &[stats(cases[0])], self.dparams);
                    found[0] = sums;
                }
            }
            for (n, found) in cases.iter().zip(&found) {
                let ([used, s], row) = (stats(*n), n * self.groups + g);
                let (dx, gradients) = match &mut self.phase {
                    Phase::Whole { dx, rule: Rule::Frozen } => (dx, zeros()),
                    Phase::Whole { dx, rule: Rule::Exact } => {
                        let hat = F::statistic_gradients::<T>(found, &used, &zeros(), count, c);
                        (dx, F::chain::<T>(&hat, found, &s, count, c))
                    }
                    Phase::Statistics { gradients, sums } => {
                        let hat = F::statistic_gradients::<T>(found, &used, &zeros(), count, c);
                        gradients[row * ns..(row + 1) * ns].copy_from_slice(hat.values());
                        sums[row * nb..(row + 1) * nb].copy_from_slice(found.values());
                        continue;
                    }
                    Phase::Inputs { dx, gradients, sums } => {
                        let hat = F::Statistics::<T>::from_fn(|i| gradients[row * ns + i]);
                        let sums = F::Sums::<T>::from_fn(|i| sums[row * nb + i]);
                        (dx, F::chain::<T>(&hat, &sums, &s, count, c))
                    }
                };
                self.given.input::<R>(*n, at, &[used, s], &gradients, self.overwrite, dx);
            }
        }
    }
}
