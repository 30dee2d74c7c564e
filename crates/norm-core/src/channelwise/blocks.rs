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

/// Adds into planes: across channels element by element, along space the vector's sum.
#[inline(always)]
fn add_planes<T: Elem, V: Vector<T>, A: Array<V>>(out: &mut [T], channels: usize, p: Place, a: &A) {
    for (i, v) in a.values().iter().enumerate() {
        let at = i * channels + p.channel;
        if p.along {
            out[at] = out[at] + v.sum();
        } else {
            let o = &mut out[at..at + V::LEN];
            (V::load(o) + *v).store(o);
        }
    }
}

/// Runs `$body` for every vector of every case that counts, with `$V` the vector type, `$n` the case,
/// `$p` the place.
macro_rules! sweep {
    ($T:ident, $layout:expr, $cases:expr, $mask:expr, |$V:ident, $n:ident, $p:ident| $body:block, else $off:block) => {{
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
            } else {
                let whole = l.s / lanes * lanes;
                for channel in 0..l.channels() {
                    let mut at = 0;
                    while at < whole {
                        type $V<T> = <T as Elem>::Vector;
                        let $p = Place { channel, within: channel * l.s + at, along: true };
                        $body
                        at += lanes;
                    }
                    while at < l.s {
                        type $V<T> = <T as Elem>::Single;
                        let $p = Place { channel, within: channel * l.s + at, along: true };
                        $body
                        at += 1;
                    }
                }
            }
        }
    }};
}

/// Mean and second central moment of a block, `[2][channels]`.
pub(super) struct MomentsBlock<'a, T> {
    pub(super) x: &'a [T],
    pub(super) mask: Option<&'a [bool]>,
    pub(super) pooled: usize,
    pub(super) layout: Layout,
    pub(super) out: &'a mut [T],
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
        let (mean, m2) = self.out.split_at_mut(l.channels());
        sweep!(T, l, cases, self.mask, |V, n, p| {
            let x = <V<T> as Vector<T>>::load(&self.x[n * case + p.within..]);
            add_planes::<T, V<T>, _>(mean, l.channels(), p, &[x]);
        }, else {});
        let count = T::lit(self.pooled as f64);
        for m in mean.iter_mut() {
            *m = *m / count;
        }
        sweep!(T, l, cases, self.mask, |V, n, p| {
            let x = <V<T> as Vector<T>>::load(&self.x[n * case + p.within..]);
            let [mu]: [V<T>; 1] = planes::<T, V<T>, _>(mean, l.channels(), p);
            let d = x - mu;
            add_planes::<T, V<T>, _>(m2, l.channels(), p, &[d * d]);
        }, else {});
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
    pub(super) out: &'a mut [T],
}

impl<F: Formula, T: Elem> SumBlock<'_, F, T> {
    #[inline(always)]
    fn level<const LEVEL: usize>(self) {
        let (l, case) = (self.layout, self.layout.case());
        sweep!(T, l, self.x.len() / case, self.mask, |V, n, p| {
            let x = <V<T> as Vector<T>>::load(&self.x[n * case + p.within..]);
            let s: F::Statistics<V<T>> = planes::<T, V<T>, _>(self.stats, l.channels(), p);
            let a = F::accumulate::<V<T>, LEVEL>(x, &s, &self.consts);
            add_planes::<T, V<T>, _>(self.out, l.channels(), p, &a);
        }, else {});
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
        }, else { self.y[n * case..(n + 1) * case].fill(T::default()); });
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
    pub(super) out: &'a mut [T],
}

impl<F: Formula, T: Elem> Job for TermsBlock<'_, F, T> {
    type Out = ();
    #[inline(always)]
    fn run(self) {
        let (l, case) = (self.layout, self.layout.case());
        let (sums, dparams) = self.out.split_at_mut(F::Sums::<T>::LEN * l.channels());
        sweep!(T, l, self.x.len() / case, self.mask, |V, n, p| {
            let at = n * case + p.within;
            let h: F::ForTerms<V<T>> = planes::<T, V<T>, _>(self.hoisted, l.channels(), p);
            let e = elements::<F, T, V<T>>(self.params, p.within);
            let (x, dy) = (<V<T> as Vector<T>>::load(&self.x[at..]), <V<T> as Vector<T>>::load(&self.dy[at..]));
            let (b, terms) = F::terms::<V<T>>(x, dy, &h, &e, &self.consts);
            add_planes::<T, V<T>, _>(sums, l.channels(), p, &b);
            for (i, t) in terms.values().iter().enumerate() {
                if F::PARAM_WITHIN[i] {
                    let d = &mut dparams[i * case + p.within..];
                    (<V<T> as Vector<T>>::load(d) + *t).store(d);
                }
            }
        }, else {});
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
        }, else {
            if self.overwrite {
                self.dx[n * case..(n + 1) * case].fill(T::default());
            }
        });
    }
}
