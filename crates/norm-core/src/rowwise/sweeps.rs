//! The sweeps over one row, or over a few rows at the same place of their cases.

use std::array::from_fn;
use std::mem::MaybeUninit;

use crate::formula::Bodies;
use crate::moments::{Moments, SAMPLES, sample};
use crate::value::{Array, Elem, Registers, Value, Vector, add};

/// Vectors added up before a partial sum is put aside: keeps the rounding error of long rows flat.
const SPAN: usize = 64;

#[inline(always)]
pub(super) fn zeros<V: Value, A: Array<V>>() -> A {
    A::from_fn(|_| V::lit(0.0))
}

#[inline(always)]
fn splat<T: Elem, V: Vector<T>, A: Array<T>, B: Array<V>>(a: &A) -> B {
    B::from_fn(|i| V::splat(a.values()[i]))
}

/// The sum over vectors, in double precision: what comes of it is rounded once.
#[inline(always)]
fn sums<T: Elem, V: Vector<T>, A: Array<V>, const N: usize>(a: &A) -> [f64; N] {
    from_fn(|i| a.values()[i].sum().to_f64())
}

/// How many elements of a row fill whole vectors.
#[inline(always)]
fn whole<T: Elem, R: Registers>(row: usize) -> usize {
    row / <T::Vector<R>>::LEN * <T::Vector<R>>::LEN
}

#[inline(always)]
fn params_at<F: Bodies, T: Elem, V: Vector<T>>(params: &[&[T]], at: usize) -> F::Params<V> {
    F::Params::<V>::from_fn(|i| V::load(&params[i][at..at + V::LEN]))
}

/// Adds up `term` of every vector of `x`.
#[inline(always)]
fn total<T: Elem, V: Vector<T>, A: Array<V>>(x: &[T], term: impl Fn(V) -> A) -> A {
    let mut total: A = zeros();
    for span in x.chunks(SPAN * V::LEN) {
        let mut sum: A = zeros();
        for v in span.chunks_exact(V::LEN) {
            add(&mut sum, &term(V::load(v)));
        }
        add(&mut total, &sum);
    }
    total
}

#[inline(always)]
fn moments<T: Elem, R: Registers>(x: &[T], center: T) -> Moments {
    #[inline(always)]
    fn part<T: Elem, V: Vector<T>>(x: &[T], center: T) -> [f64; 2] {
        let center = V::splat(center);
        sums::<T, V, [V; 2], 2>(&total::<T, V, _>(x, |x| {
            let d = x - center;
            [d, d * d]
        }))
    }
    let (vectors, rest) = x.split_at(whole::<T, R>(x.len()));
    let (a, b) = (part::<T, T::Vector<R>>(vectors, center), part::<T, T::Single>(rest, center));
    Moments::around(center.to_f64(), a[0] + b[0], a[1] + b[1], x.len() as f64)
}

#[inline(always)]
fn level<F: Bodies, T: Elem, R: Registers, const LEVEL: usize>(
    x: &[T],
    s: &mut F::Statistics<T>,
    c: &F::Consts,
) {
    #[inline(always)]
    fn part<F: Bodies, T: Elem, V: Vector<T>, const LEVEL: usize>(
        x: &[T],
        s: &F::Statistics<T>,
        c: &F::Consts,
    ) -> F::Means<T> {
        let s: F::Statistics<V> = splat::<T, V, _, _>(s);
        let total: F::Means<V> = total::<T, V, _>(x, |x| F::accumulate::<V, LEVEL>(x, &s, c));
        F::Means::<T>::from_fn(|i| total.values()[i].sum())
    }
    let (vectors, rest) = x.split_at(whole::<T, R>(x.len()));
    let mut means = part::<F, T, T::Vector<R>, LEVEL>(vectors, s, c);
    add(&mut means, &part::<F, T, T::Single, LEVEL>(rest, s, c));
    let n = T::lit(x.len() as f64);
    for m in means.values_mut() {
        *m = *m / n;
    }
    F::finish::<T, LEVEL>(&means, n, s, c);
}

/// The statistics of a row.
#[inline(always)]
pub(super) fn statistics<F: Bodies, T: Elem, R: Registers>(x: &[T], c: &F::Consts) -> F::Statistics<T> {
    let mut s: F::Statistics<T> = zeros();
    if F::CENTRAL_MOMENTS {
        let share = T::lit(1.0 / SAMPLES as f64);
        // Shares are added up, not values: the sum cannot overflow.
        let guess = (0..SAMPLES).fold(T::default(), |sum, i| sum + x[sample(i, x.len())] * share);
        let (mut center, mut again) = (guess, true);
        let found = loop {
            let found = moments::<T, R>(x, center);
            if !(found.lost && again) {
                break found;
            }
            (center, again) = (T::lit(found.mean), false);
        };
        let n = T::lit(x.len() as f64);
        // Of the means a level has room for, the central moments use the first.
        F::finish::<T, 0>(&F::Means::<T>::from_fn(|_| T::lit(found.mean)), n, &mut s, c);
        F::finish::<T, 1>(&F::Means::<T>::from_fn(|_| T::lit(found.variance)), n, &mut s, c);
    } else {
        if F::LEVELS > 0 {
            level::<F, T, R, 0>(x, &mut s, c);
        }
        if F::LEVELS > 1 {
            level::<F, T, R, 1>(x, &mut s, c);
        }
    }
    if F::LEVELS > 2 {
        level::<F, T, R, 2>(x, &mut s, c);
    }
    if F::LEVELS > 3 {
        level::<F, T, R, 3>(x, &mut s, c);
    }
    s
}

/// `y` of a row that begins at `at` of its case.
#[inline(always)]
pub(super) fn apply<F: Bodies, T: Elem, R: Registers>(
    x: &[T],
    y: &mut [MaybeUninit<T>],
    params: &[&[T]],
    at: usize,
    s: &F::Statistics<T>,
    c: &F::Consts,
) {
    #[inline(always)]
    fn part<F: Bodies, T: Elem, V: Vector<T>>(
        x: &[T],
        y: &mut [MaybeUninit<T>],
        params: &[&[T]],
        mut at: usize,
        h: &F::ForApply<T>,
        c: &F::Consts,
    ) {
        let h: F::ForApply<V> = splat::<T, V, _, _>(h);
        for (x, y) in x.chunks_exact(V::LEN).zip(y.chunks_exact_mut(V::LEN)) {
            F::apply::<V>(V::load(x), &h, &params_at::<F, T, V>(params, at), c).write(y);
            at += V::LEN;
        }
    }
    let h = F::hoist_apply::<T>(s, &zeros(), T::lit(x.len() as f64), c);
    let whole = whole::<T, R>(x.len());
    let ((x, x_rest), (y, y_rest)) = (x.split_at(whole), y.split_at_mut(whole));
    part::<F, T, T::Vector<R>>(x, y, params, at, &h, c);
    part::<F, T, T::Single>(x_rest, y_rest, params, at + whole, &h, c);
}

/// What the backward sweeps share: the elements of a chunk, `[cases][case]`.
#[derive(Clone, Copy)]
pub(super) struct Given<'a, F: Bodies, T> {
    pub(super) x: &'a [T],
    pub(super) dy: &'a [T],
    pub(super) params: &'a [&'a [T]],
    pub(super) case: usize,
    /// Elements of a row.
    pub(super) row: usize,
    pub(super) consts: F::Consts,
}

impl<F: Bodies, T: Elem> Given<'_, F, T> {
    fn count(&self) -> T {
        T::lit(self.row as f64)
    }

    /// The sums that the gradients at the statistics come from, of the rows at `at` of `cases`. Gradient terms of the
    /// parameters are added to `dparams`, `[params][case]`: for several rows they are read and written once. Of a row's
    /// statistics the used ones come first, the current ones after them.
    #[inline(always)]
    pub(super) fn terms<R: Registers, const N: usize>(
        &self,
        cases: [usize; N],
        at: usize,
        s: &[[F::Statistics<T>; 2]; N],
        dparams: &mut [T],
    ) -> [F::Sums<T>; N] {
        let h = from_fn(|r| F::hoist_terms::<T>(&s[r][0], &s[r][1], &zeros(), self.count(), &self.consts));
        let whole = whole::<T, R>(self.row);
        let mut sums = self.terms_part::<T::Vector<R>, N>(cases, at, at + whole, &h, dparams);
        let rest = self.terms_part::<T::Single, N>(cases, at + whole, at + self.row, &h, dparams);
        for (a, b) in sums.iter_mut().zip(&rest) {
            add(a, b);
        }
        sums
    }

    #[inline(always)]
    fn terms_part<V: Vector<T>, const N: usize>(
        &self,
        cases: [usize; N],
        from: usize,
        to: usize,
        h: &[F::ForTerms<T>; N],
        dparams: &mut [T],
    ) -> [F::Sums<T>; N] {
        let h: [F::ForTerms<V>; N] = from_fn(|r| splat::<T, V, _, _>(&h[r]));
        let mut total: [F::Sums<V>; N] = from_fn(|_| zeros());
        for span in (from..to).step_by(SPAN * V::LEN) {
            let mut sum: [F::Sums<V>; N] = from_fn(|_| zeros());
            for at in (span..to.min(span + SPAN * V::LEN)).step_by(V::LEN) {
                let p = params_at::<F, T, V>(self.params, at);
                let place = |i: usize| i * self.case + at..i * self.case + at + V::LEN;
                let mut d = F::Params::<V>::from_fn(|i| V::load(&dparams[place(i)]));
                for r in 0..N {
                    let here = place(cases[r]);
                    let (x, dy) = (V::load(&self.x[here.clone()]), V::load(&self.dy[here]));
                    let (sums, terms) = F::terms::<V>(x, dy, &h[r], &p, &self.consts);
                    add(&mut sum[r], &sums);
                    add(&mut d, &terms);
                }
                for (i, d) in d.values().iter().enumerate() {
                    d.store(&mut dparams[place(i)]);
                }
            }
            for (total, sum) in total.iter_mut().zip(&sum) {
                add(total, sum);
            }
        }
        from_fn(|r| F::Sums::<T>::from_fn(|i| total[r].values()[i].sum()))
    }

    /// `dx` of the row at `at` of `case`.
    #[inline(always)]
    pub(super) fn input<R: Registers>(
        &self,
        case: usize,
        at: usize,
        [used, current]: &[F::Statistics<T>; 2],
        gradients: &F::Statistics<T>,
        overwrite: bool,
        dx: &mut [T],
    ) {
        let h = F::hoist_input::<T>(used, current, gradients, &zeros(), self.count(), &self.consts);
        let whole = whole::<T, R>(self.row);
        self.input_part::<T::Vector<R>>(case, at, at + whole, &h, overwrite, dx);
        self.input_part::<T::Single>(case, at + whole, at + self.row, &h, overwrite, dx);
    }

    #[inline(always)]
    fn input_part<V: Vector<T>>(
        &self,
        case: usize,
        from: usize,
        to: usize,
        h: &F::ForInput<T>,
        overwrite: bool,
        dx: &mut [T],
    ) {
        let h: F::ForInput<V> = splat::<T, V, _, _>(h);
        for at in (from..to).step_by(V::LEN) {
            let here = case * self.case + at..case * self.case + at + V::LEN;
            let (x, dy) = (V::load(&self.x[here.clone()]), V::load(&self.dy[here.clone()]));
            let d = F::input::<V>(x, dy, &h, &params_at::<F, T, V>(self.params, at), &self.consts);
            let dx = &mut dx[here];
            if overwrite {
                d.store(dx);
            } else {
                (V::load(dx) + d).store(dx);
            }
        }
    }
}
