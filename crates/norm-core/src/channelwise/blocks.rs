//! What is done with one block of cases.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::sweep::{Body, Sweep};
use crate::formula::Bodies;
use crate::isa::Job;
use crate::layout::Layout;
use crate::value::{Array, Elem, Registers, Value, Vector, add};

/// Some whole cases.
#[derive(Clone, Copy)]
pub(super) struct Block<'a, T> {
    pub(super) layout: Layout,
    pub(super) x: &'a [T],
    pub(super) mask: Option<&'a [bool]>,
}

impl<'a, T: Elem> Block<'a, T> {
    #[inline(always)]
    fn sweep(&self, per_channel: &'a [T]) -> Sweep<'a, T> {
        let cases = self.x.len() / self.layout.case();
        Sweep { layout: self.layout, cases, mask: self.mask, per_channel }
    }
}

#[inline(always)]
fn elements<F: Bodies, T: Elem, V: Vector<T>>(params: &[Vec<T>], within: usize) -> F::Params<V> {
    F::Params::<V>::from_fn(|i| {
        if F::PARAM_WITHIN[i] { V::load(&params[i][within..within + V::LEN]) } else { V::lit(0.0) }
    })
}

/// Sums of deviations from a center per channel and of their squares, `[2][channels]`.
pub(super) struct Deviations<'a, T> {
    pub(super) block: Block<'a, T>,
    pub(super) center: &'a [T],
    pub(super) sums: &'a mut [f64],
}

struct DeviationsBody<'a, T>(&'a [T]);

impl<T: Elem> Body<T> for DeviationsBody<'_, T> {
    type PerChannel<V: Value> = [V; 1];
    type Sums<V: Value> = [V; 2];
    #[inline(always)]
    fn vector<V: Vector<T>>(&mut self, at: usize, _within: usize, [center]: &[V; 1], sums: &mut [V; 2]) {
        let d = V::load(&self.0[at..at + V::LEN]) - *center;
        add(sums, &[d, d * d]);
    }
}

impl<T: Elem> Job for Deviations<'_, T> {
    type Out = ();
    #[inline(always)]
    fn run<R: Registers>(self) {
        self.block.sweep(self.center).run::<R, _>(&mut DeviationsBody(self.block.x), self.sums);
    }
}

/// Sums of one level, `[means][channels]`.
pub(super) struct Level<'a, F: Bodies, T> {
    pub(super) block: Block<'a, T>,
    pub(super) which: usize,
    pub(super) stats: &'a [T],
    /// What a call holds besides, per element of a case; only where statistics look at it.
    pub(super) stored: &'a [Vec<T>],
    pub(super) consts: F::Consts,
    pub(super) sums: &'a mut [f64],
}

struct LevelBody<'a, F: Bodies, T, const LEVEL: usize> {
    x: &'a [T],
    stored: &'a [Vec<T>],
    consts: F::Consts,
}

impl<F: Bodies, T: Elem, const LEVEL: usize> Body<T> for LevelBody<'_, F, T, LEVEL> {
    type PerChannel<V: Value> = F::Statistics<V>;
    type Sums<V: Value> = F::Means<V>;
    #[inline(always)]
    fn vector<V: Vector<T>>(
        &mut self,
        at: usize,
        within: usize,
        stats: &F::Statistics<V>,
        sums: &mut F::Means<V>,
    ) {
        let x = V::load(&self.x[at..at + V::LEN]);
        if F::STATISTICS_LOOK_BACK {
            let p = F::Params::<V>::from_fn(|i| {
                if F::PARAM_WITHIN[i] {
                    V::lit(0.0)
                } else {
                    V::load(&self.stored[i][within..within + V::LEN])
                }
            });
            add(sums, &F::accumulate_stored::<V, LEVEL>(x, stats, &p, &self.consts));
        } else {
            add(sums, &F::accumulate::<V, LEVEL>(x, stats, &self.consts));
        }
    }
}

impl<F: Bodies, T: Elem> Level<'_, F, T> {
    #[inline(always)]
    fn level<R: Registers, const LEVEL: usize>(self) {
        let mut body = LevelBody::<F, T, LEVEL> { x: self.block.x, stored: self.stored, consts: self.consts };
        self.block.sweep(self.stats).run::<R, _>(&mut body, self.sums);
    }
}

impl<F: Bodies, T: Elem> Job for Level<'_, F, T> {
    type Out = ();
    #[inline(always)]
    fn run<R: Registers>(self) {
        match self.which {
            0 => self.level::<R, 0>(),
            1 if F::LEVELS > 1 => self.level::<R, 1>(),
            2 if F::LEVELS > 2 => self.level::<R, 2>(),
            3 if F::LEVELS > 3 => self.level::<R, 3>(),
            _ => {}
        }
    }
}

/// The output.
pub(super) struct Apply<'a, F: Bodies, T> {
    pub(super) block: Block<'a, T>,
    pub(super) y: &'a mut [MaybeUninit<T>],
    pub(super) hoisted: &'a [T],
    pub(super) params: &'a [Vec<T>],
    pub(super) consts: F::Consts,
}

impl<F: Bodies, T: Elem> Body<T> for Apply<'_, F, T> {
    type PerChannel<V: Value> = F::ForApply<V>;
    type Sums<V: Value> = [V; 0];
    #[inline(always)]
    fn vector<V: Vector<T>>(&mut self, at: usize, within: usize, h: &F::ForApply<V>, _: &mut [V; 0]) {
        let x = V::load(&self.block.x[at..at + V::LEN]);
        let y = F::apply::<V>(x, h, &elements::<F, T, V>(self.params, within), &self.consts);
        y.write(&mut self.y[at..at + V::LEN]);
    }
    #[inline(always)]
    fn skip(&mut self, elements: Range<usize>) {
        self.y[elements].fill(MaybeUninit::new(T::default()));
    }
}

impl<F: Bodies, T: Elem> Job for Apply<'_, F, T> {
    type Out = ();
    #[inline(always)]
    fn run<R: Registers>(mut self) {
        self.block.sweep(self.hoisted).run::<R, _>(&mut self, &mut []);
    }
}

/// Sums of the first backward sweep, `[sums][channels]`, and gradient terms of within-set parameters,
/// `[params][case]`.
pub(super) struct Terms<'a, F: Bodies, T> {
    pub(super) block: Block<'a, T>,
    pub(super) dy: &'a [T],
    pub(super) hoisted: &'a [T],
    pub(super) params: &'a [Vec<T>],
    pub(super) consts: F::Consts,
    pub(super) sums: &'a mut [f64],
    pub(super) dparams: &'a mut [T],
}

impl<F: Bodies, T: Elem> Body<T> for Terms<'_, F, T> {
    type PerChannel<V: Value> = F::ForTerms<V>;
    type Sums<V: Value> = F::Sums<V>;
    #[inline(always)]
    fn vector<V: Vector<T>>(&mut self, at: usize, within: usize, h: &F::ForTerms<V>, sums: &mut F::Sums<V>) {
        let (x, dy) = (V::load(&self.block.x[at..at + V::LEN]), V::load(&self.dy[at..at + V::LEN]));
        let (found, terms) = F::terms::<V>(x, dy, h, &elements::<F, T, V>(self.params, within), &self.consts);
        add(sums, &found);
        for (i, t) in terms.values().iter().enumerate() {
            if F::PARAM_WITHIN[i] {
                let from = i * self.block.layout.case() + within;
                let d = &mut self.dparams[from..from + V::LEN];
                (V::load(d) + *t).store(d);
            }
        }
    }
}

impl<F: Bodies, T: Elem> Job for Terms<'_, F, T> {
    type Out = ();
    #[inline(always)]
    fn run<R: Registers>(mut self) {
        let sums = std::mem::take(&mut self.sums);
        self.block.sweep(self.hoisted).run::<R, _>(&mut self, sums);
    }
}

/// `dx`.
pub(super) struct Input<'a, F: Bodies, T> {
    pub(super) block: Block<'a, T>,
    pub(super) dy: &'a [T],
    pub(super) dx: &'a mut [T],
    pub(super) hoisted: &'a [T],
    pub(super) params: &'a [Vec<T>],
    pub(super) overwrite: bool,
    pub(super) consts: F::Consts,
}

impl<F: Bodies, T: Elem> Body<T> for Input<'_, F, T> {
    type PerChannel<V: Value> = F::ForInput<V>;
    type Sums<V: Value> = [V; 0];
    #[inline(always)]
    fn vector<V: Vector<T>>(&mut self, at: usize, within: usize, h: &F::ForInput<V>, _: &mut [V; 0]) {
        let (x, dy) = (V::load(&self.block.x[at..at + V::LEN]), V::load(&self.dy[at..at + V::LEN]));
        let d = F::input::<V>(x, dy, h, &elements::<F, T, V>(self.params, within), &self.consts);
        let dx = &mut self.dx[at..at + V::LEN];
        let d = if self.overwrite { d } else { V::load(dx) + d };
        d.store(dx);
    }
    #[inline(always)]
    fn skip(&mut self, elements: Range<usize>) {
        if self.overwrite {
            self.dx[elements].fill(T::default());
        }
    }
}

impl<F: Bodies, T: Elem> Job for Input<'_, F, T> {
    type Out = ();
    #[inline(always)]
    fn run<R: Registers>(mut self) {
        self.block.sweep(self.hoisted).run::<R, _>(&mut self, &mut []);
    }
}
