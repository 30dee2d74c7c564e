//! What is computed once per channel between the sweeps.

use crate::formula::Bodies;
use crate::isa::Job;
use crate::value::{Array, Elem, Registers, Vector};

/// A step between sweeps; all buffers are planes of `channels` elements.
pub(super) enum Step<'a, T> {
    Finish { level: usize, means: &'a [T], stats: &'a mut [T] },
    Apply { stats: &'a [T], out: &'a mut [T] },
    Terms { stats: &'a [T], current: &'a [T], out: &'a mut [T] },
    Gradients { stats: &'a [T], sums: &'a [T], gradients: &'a mut [T], dparams: &'a mut [T] },
    Input { stats: &'a [T], current: &'a [T], sums: &'a [T], gradients: &'a [T], out: &'a mut [T] },
}

pub(super) struct PerChannel<'a, F: Bodies, T> {
    pub(super) step: Step<'a, T>,
    pub(super) params: &'a [Vec<T>],
    pub(super) channels: usize,
    pub(super) n: T,
    pub(super) consts: F::Consts,
}

#[inline(always)]
fn get<T: Elem, V: Vector<T>, A: Array<V>>(planes: &[T], channels: usize, at: usize) -> A {
    A::from_fn(|i| V::load(&planes[i * channels + at..i * channels + at + V::LEN]))
}

#[inline(always)]
fn put<T: Elem, V: Vector<T>, A: Array<V>>(planes: &mut [T], channels: usize, at: usize, a: &A) {
    for (i, v) in a.values().iter().enumerate() {
        v.store(&mut planes[i * channels + at..i * channels + at + V::LEN]);
    }
}

impl<F: Bodies, T: Elem> PerChannel<'_, F, T> {
    #[inline(always)]
    fn at<V: Vector<T>>(&mut self, at: usize) {
        let (ch, n, c) = (self.channels, V::splat(self.n), &self.consts);
        let p = F::Params::<V>::from_fn(|i| {
            if F::PARAM_WITHIN[i] { V::lit(0.0) } else { V::load(&self.params[i][at..at + V::LEN]) }
        });
        match &mut self.step {
            Step::Finish { level, means, stats } => {
                let m: F::Means<V> = get(means, ch, at);
                let mut s: F::Statistics<V> = get(stats, ch, at);
                match level {
                    0 => F::finish_stored::<V, 0>(&m, n, &mut s, &p, c),
                    1 => F::finish_stored::<V, 1>(&m, n, &mut s, &p, c),
                    2 => F::finish_stored::<V, 2>(&m, n, &mut s, &p, c),
                    _ => F::finish_stored::<V, 3>(&m, n, &mut s, &p, c),
                }
                put(stats, ch, at, &s);
            }
            Step::Apply { stats, out } => {
                put(out, ch, at, &F::hoist_apply::<V>(&get(stats, ch, at), &p, n, c));
            }
            Step::Terms { stats, current, out } => {
                let (hat, s): (F::Statistics<V>, F::Statistics<V>) =
                    (get(stats, ch, at), get(current, ch, at));
                put(out, ch, at, &F::hoist_terms::<V>(&hat, &s, &p, n, c));
            }
            Step::Gradients { stats, sums, gradients, dparams } => {
                let s: F::Statistics<V> = get(stats, ch, at);
                let b: F::Sums<V> = get(sums, ch, at);
                put(gradients, ch, at, &F::statistic_gradients::<V>(&b, &s, &p, n, c));
                put(dparams, ch, at, &F::param_gradients::<V>(&b, &s, &p, n, c));
            }
            Step::Input { stats, current, sums, gradients, out } => {
                let (hat, s): (F::Statistics<V>, F::Statistics<V>) =
                    (get(stats, ch, at), get(current, ch, at));
                let b: F::Sums<V> = get(sums, ch, at);
                let ruled: F::Statistics<V> = get(gradients, ch, at);
                let g = F::chain_stored::<V>(&ruled, &b, &s, &p, n, c);
                put(out, ch, at, &F::hoist_input::<V>(&hat, &s, &g, &p, n, c));
            }
        }
    }
}

impl<F: Bodies, T: Elem> Job for PerChannel<'_, F, T> {
    type Out = ();
    #[inline(always)]
    fn run<R: Registers>(mut self) {
        let len = <T::Vector<R>>::LEN;
        let whole = self.channels / len * len;
        for at in (0..whole).step_by(len) {
            self.at::<T::Vector<R>>(at);
        }
        for at in whole..self.channels {
            self.at::<T::Single>(at);
        }
    }
}
