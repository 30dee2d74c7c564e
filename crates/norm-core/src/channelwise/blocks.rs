//! One block of cases, swept. Without space (`S = 1`) a vector lies across channels and per-channel values
//! are loaded; with space it lies along space and they are repeated.

use crate::formula::Formula;
use crate::isa::Job;
use crate::layout::Layout;
use crate::value::{Array, Elem, Vector};

/// A vector's place: which channel, and where in a case.
#[derive(Clone, Copy)]
struct Place {
    channel: usize,
    within: usize,
    along: bool,
}

#[inline(always)]
fn planes<T: Elem, V: Vector<T>, A: Array<V>>(values: &[T], channels: usize, p: Place) -> A {
    A::from_fn(|i| {
        let at = i * channels + p.channel;
        if p.along { V::splat(values[at]) } else { V::load(&values[at..at + V::LEN]) }
    })
}

#[inline(always)]
fn elements<F: Formula, T: Elem, V: Vector<T>>(params: &[Vec<T>], within: usize) -> F::Params<V> {
    F::Params::<V>::from_fn(|i| {
        if F::PARAM_WITHIN[i] { V::load(&params[i][within..within + V::LEN]) } else { V::lit(0.0) }
    })
}

/// Sums per plane and channel, `[planes][channels]`, added up in two stages: a short run in `T`, runs in double
/// precision. A long run in `T` alone would lose digits with its length.
struct Totals<T> {
    channels: usize,
    run: Vec<T>,
    total: Vec<f64>,
}

/// Vectors (along space) or cases (across channels) in a run.
const RUN: usize = 64;

impl<T: Elem> Totals<T> {
    fn new(planes: usize, channels: usize) -> Self {
        Self { channels, run: vec![T::default(); planes * channels], total: vec![0.0; planes * channels] }
    }

    /// Across channels element by element, along space the vector's sum.
    #[inline(always)]
    fn add<V: Vector<T>, A: Array<V>>(&mut self, p: Place, a: &A) {
        for (i, v) in a.values().iter().enumerate() {
            let at = i * self.channels + p.channel;
            if p.along {
                self.run[at] = self.run[at] + v.sum();
            } else {
                let o = &mut self.run[at..at + V::LEN];
                (V::load(o) + *v).store(o);
            }
        }
    }

    /// Ends the runs of these channels.
    #[inline(always)]
    fn end_run(&mut self, channels: std::ops::Range<usize>) {
        for (run, total) in
            self.run.chunks_exact_mut(self.channels).zip(self.total.chunks_exact_mut(self.channels))
        {
            for (r, t) in run[channels.clone()].iter_mut().zip(&mut total[channels.clone()]) {
                *t += r.to_f64();
                *r = T::default();
            }
        }
    }

    /// The sums, once every run has ended.
    #[inline(always)]
    fn end(&mut self) -> &[f64] {
        self.end_run(0..self.channels);
        &self.total
    }
}

/// Runs `$body` for every vector of every case that counts, with `$V` the vector type, `$n` the case,
/// `$p` the place; after every [`RUN`] of them `$end` for the channels they lay in.
macro_rules! sweep {
    ($T:ident, $layout:expr, $cases:expr, $mask:expr, |$V:ident, $n:ident, $p:ident| $body:block, end |$ended:ident| $end:block, else $off:block) => {{
        let l: Layout = $layout;
        let lanes = <$T::Vector as Vector<$T>>::LEN;
        for $n in 0..$cases {
            if $mask.is_some_and(|m: &[bool]| !m[$n]) {
                $off
                continue;
            }
            if l.s == 1 {
                let whole = l.channels() / lanes * lanes;
                let mut at = 0;
                while at < whole {
                    type $V<T> = <T as Elem>::Vector;
                    let $p = Place { channel: at, within: at, along: false };
                    $body
                    at += lanes;
                }
                while at < l.channels() {
                    type $V<T> = <T as Elem>::Single;
                    let $p = Place { channel: at, within: at, along: false };
                    $body
                    at += 1;
                }
                if $n % RUN == RUN - 1 {
                    let $ended = 0..l.channels();
                    $end
                }
            } else {
                let whole = l.s / lanes * lanes;
                for channel in 0..l.channels() {
                    let mut at = 0;
                    while at < whole {
                        type $V<T> = <T as Elem>::Vector;
                        let $p = Place { channel, within: channel * l.s + at, along: true };
                        $body
                        at += lanes;
                        if at % (RUN * lanes) == 0 {
                            let $ended = channel..channel + 1;
                            $end
                        }
                    }
                    while at < l.s {
                        type $V<T> = <T as Elem>::Single;
                        let $p = Place { channel, within: channel * l.s + at, along: true };
                        $body
                        at += 1;
                    }
                    let $ended = channel..channel + 1;
                    $end
                }
            }
        }
    }};
}

/// Mean and second central moment of a block, `[2][channels]`, in double precision: blocks are merged by it.
pub(super) struct MomentsBlock<'a, T> {
    pub(super) x: &'a [T],
    pub(super) mask: Option<&'a [bool]>,
    pub(super) pooled: usize,
    pub(super) layout: Layout,
    pub(super) out: &'a mut [f64],
}

impl<T: Elem> Job for MomentsBlock<'_, T> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        if self.pooled == 0 {
            return;
        }
        let (l, case) = (self.layout, self.layout.case());
        let cases = self.x.len() / case;
        let count = self.pooled as f64;
        let (mean, m2) = self.out.split_at_mut(l.channels());
        // Deviations from one of the values are added up, not the values: a mean far from zero costs no digits.
        let first = self.mask.and_then(|m| m.iter().position(|on| *on)).unwrap_or(0);
        let mut center: Vec<T> = (0..l.channels()).map(|c| self.x[first * case + c * l.s]).collect();
        let mut totals = Totals::<T>::new(1, l.channels());
        sweep!(T, l, cases, self.mask, |V, n, p| {
            let x = <V<T> as Vector<T>>::load(&self.x[n * case + p.within..]);
            let [c]: [V<T>; 1] = planes::<T, V<T>, _>(&center, l.channels(), p);
            totals.add::<V<T>, _>(p, &[x - c]);
        }, end |channels| { totals.end_run(channels); }, else {});
        for ((mean, c), total) in mean.iter_mut().zip(&mut center).zip(totals.end()) {
            *mean = c.to_f64() + total / count;
            *c = T::lit(*mean);
        }
        let mut totals = Totals::<T>::new(1, l.channels());
        sweep!(T, l, cases, self.mask, |V, n, p| {
            let x = <V<T> as Vector<T>>::load(&self.x[n * case + p.within..]);
            let [c]: [V<T>; 1] = planes::<T, V<T>, _>(&center, l.channels(), p);
            let d = x - c;
            totals.add::<V<T>, _>(p, &[d * d]);
        }, end |channels| { totals.end_run(channels); }, else {});
        for (((m2, total), mean), c) in m2.iter_mut().zip(totals.end()).zip(mean).zip(&center) {
            // The squares were taken around the rounded mean.
            let off = *mean - c.to_f64();
            let around = total - count * off * off;
            // Not `max`, which would swallow a NaN.
            *m2 = if around < 0.0 { 0.0 } else { around };
        }
    }
}

/// Sums of one level over a block, `[means][channels]`.
pub(super) struct SumBlock<'a, F: Formula, T> {
    pub(super) x: &'a [T],
    pub(super) mask: Option<&'a [bool]>,
    pub(super) layout: Layout,
    pub(super) level: usize,
    pub(super) stats: &'a [T],
    pub(super) consts: F::Consts,
    pub(super) out: &'a mut [f64],
}

impl<F: Formula, T: Elem> SumBlock<'_, F, T> {
    #[inline(always)]
    fn level<const LEVEL: usize>(self) {
        let (l, case) = (self.layout, self.layout.case());
        let mut totals = Totals::<T>::new(F::Means::<T>::LEN, l.channels());
        sweep!(T, l, self.x.len() / case, self.mask, |V, n, p| {
            let x = <V<T> as Vector<T>>::load(&self.x[n * case + p.within..]);
            let s: F::Statistics<V<T>> = planes::<T, V<T>, _>(self.stats, l.channels(), p);
            totals.add::<V<T>, _>(p, &F::accumulate::<V<T>, LEVEL>(x, &s, &self.consts));
        }, end |channels| { totals.end_run(channels); }, else {});
        self.out.copy_from_slice(totals.end());
    }
}

impl<F: Formula, T: Elem> Job for SumBlock<'_, F, T> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        match self.level {
            0 => self.level::<0>(),
            1 if F::LEVELS > 1 => self.level::<1>(),
            2 if F::LEVELS > 2 => self.level::<2>(),
            3 if F::LEVELS > 3 => self.level::<3>(),
            _ => {}
        }
    }
}

/// The output of a block.
pub(super) struct ApplyBlock<'a, F: Formula, T> {
    pub(super) x: &'a [T],
    pub(super) y: &'a mut [T],
    pub(super) mask: Option<&'a [bool]>,
    pub(super) layout: Layout,
    pub(super) hoisted: &'a [T],
    pub(super) params: &'a [Vec<T>],
    pub(super) consts: F::Consts,
}

impl<F: Formula, T: Elem> Job for ApplyBlock<'_, F, T> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        let (l, case) = (self.layout, self.layout.case());
        sweep!(T, l, self.x.len() / case, self.mask, |V, n, p| {
            let at = n * case + p.within;
            let h: F::ForApply<V<T>> = planes::<T, V<T>, _>(self.hoisted, l.channels(), p);
            let e = elements::<F, T, V<T>>(self.params, p.within);
            let y = F::apply::<V<T>>(<V<T> as Vector<T>>::load(&self.x[at..]), &h, &e, &self.consts);
            y.store(&mut self.y[at..]);
        }, end |_channels| {}, else { self.y[n * case..(n + 1) * case].fill(T::default()); });
    }
}

/// Sums of the first backward sweep, `[sums][channels]`, and gradient terms of within-set parameters,
/// `[params][case]`.
pub(super) struct TermsBlock<'a, F: Formula, T> {
    pub(super) x: &'a [T],
    pub(super) dy: &'a [T],
    pub(super) mask: Option<&'a [bool]>,
    pub(super) layout: Layout,
    pub(super) hoisted: &'a [T],
    pub(super) params: &'a [Vec<T>],
    pub(super) consts: F::Consts,
    pub(super) sums: &'a mut [f64],
    pub(super) dparams: &'a mut [T],
}

impl<F: Formula, T: Elem> Job for TermsBlock<'_, F, T> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        let (l, case) = (self.layout, self.layout.case());
        let mut totals = Totals::<T>::new(F::Sums::<T>::LEN, l.channels());
        sweep!(T, l, self.x.len() / case, self.mask, |V, n, p| {
            let at = n * case + p.within;
            let h: F::ForTerms<V<T>> = planes::<T, V<T>, _>(self.hoisted, l.channels(), p);
            let e = elements::<F, T, V<T>>(self.params, p.within);
            let (x, dy) = (<V<T> as Vector<T>>::load(&self.x[at..]), <V<T> as Vector<T>>::load(&self.dy[at..]));
            let (b, terms) = F::terms::<V<T>>(x, dy, &h, &e, &self.consts);
            totals.add::<V<T>, _>(p, &b);
            for (i, t) in terms.values().iter().enumerate() {
                if F::PARAM_WITHIN[i] {
                    let d = &mut self.dparams[i * case + p.within..];
                    (<V<T> as Vector<T>>::load(d) + *t).store(d);
                }
            }
        }, end |channels| { totals.end_run(channels); }, else {});
        self.sums.copy_from_slice(totals.end());
    }
}

/// `dx` of a block.
pub(super) struct InputBlock<'a, F: Formula, T> {
    pub(super) x: &'a [T],
    pub(super) dy: &'a [T],
    pub(super) dx: &'a mut [T],
    pub(super) mask: Option<&'a [bool]>,
    pub(super) layout: Layout,
    pub(super) hoisted: &'a [T],
    pub(super) params: &'a [Vec<T>],
    pub(super) overwrite: bool,
    pub(super) consts: F::Consts,
}

impl<F: Formula, T: Elem> Job for InputBlock<'_, F, T> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        let (l, case) = (self.layout, self.layout.case());
        sweep!(T, l, self.x.len() / case, self.mask, |V, n, p| {
            let at = n * case + p.within;
            let h: F::ForInput<V<T>> = planes::<T, V<T>, _>(self.hoisted, l.channels(), p);
            let e = elements::<F, T, V<T>>(self.params, p.within);
            let (x, dy) = (<V<T> as Vector<T>>::load(&self.x[at..]), <V<T> as Vector<T>>::load(&self.dy[at..]));
            let d = F::input::<V<T>>(x, dy, &h, &e, &self.consts);
            let dx = &mut self.dx[at..];
            let d = if self.overwrite { d } else { <V<T> as Vector<T>>::load(dx) + d };
            d.store(dx);
        }, end |_channels| {}, else {
            if self.overwrite {
                self.dx[n * case..(n + 1) * case].fill(T::default());
            }
        });
    }
}
