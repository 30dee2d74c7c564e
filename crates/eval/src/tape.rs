//! A tape of plain loops: what a cell is made of beside its norms, for the two paths that are not the fused engine.
//! Nothing of that engine runs here, so each can be checked against the other.

use norm_core::NormState;

use crate::error::Error;
use crate::norm::{How, Norm, Real, double};
use crate::product::{nn, nt, tn};

/// A value on the tape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Id(usize);

/// What a value hands to those it was made of, for the gradient that reached it.
type Back<T> = Box<dyn Fn(&[Vec<T>], &[T]) -> Result<Vec<(Id, Vec<T>)>, Error>>;

/// Values in the order in which they were made.
pub(crate) struct Tape<T> {
    values: Vec<Vec<T>>,
    back: Vec<Option<Back<T>>>,
}

impl<T: Real> Tape<T> {
    pub(crate) fn new() -> Self {
        Self { values: Vec::new(), back: Vec::new() }
    }

    pub(crate) fn get(&self, a: Id) -> &[T] {
        &self.values[a.0]
    }

    fn push(&mut self, value: Vec<T>, back: Option<Back<T>>) -> Id {
        self.values.push(value);
        self.back.push(back);
        Id(self.values.len() - 1)
    }

    /// An input.
    pub(crate) fn leaf(&mut self, value: Vec<T>) -> Id {
        self.push(value, None)
    }

    /// `a[n, k] w[m, k]ᵀ`.
    pub(crate) fn product(&mut self, a: Id, w: Id, [n, k, m]: [usize; 3]) -> Id {
        let y = nt(self.get(a), self.get(w), n, k, m);
        let back =
            move |v: &[Vec<T>], d: &[T]| Ok(vec![(a, nn(d, &v[w.0], n, m, k)), (w, tn(d, &v[a.0], n, m, k))]);
        self.push(y, Some(Box::new(back)))
    }

    pub(crate) fn add(&mut self, a: Id, b: Id) -> Id {
        let y = self.get(a).iter().zip(self.get(b)).map(|(a, b)| *a + *b).collect();
        self.push(y, Some(Box::new(move |_, d| Ok(vec![(a, d.to_vec()), (b, d.to_vec())]))))
    }

    pub(crate) fn mul(&mut self, a: Id, b: Id) -> Id {
        let y = self.get(a).iter().zip(self.get(b)).map(|(a, b)| *a * *b).collect();
        let back = move |v: &[Vec<T>], d: &[T]| {
            let times = |other: Id| d.iter().zip(&v[other.0]).map(|(d, o)| *d * *o).collect();
            Ok(vec![(a, times(b)), (b, times(a))])
        };
        self.push(y, Some(Box::new(back)))
    }

    /// `b` added to every row of `a`.
    pub(crate) fn bias(&mut self, a: Id, b: Id) -> Id {
        let width = self.get(b).len();
        let y = self.get(a).iter().enumerate().map(|(i, v)| *v + self.get(b)[i % width]).collect();
        let back = move |_: &[Vec<T>], d: &[T]| {
            let mut sums = vec![0.0; width];
            d.iter().enumerate().for_each(|(i, d)| sums[i % width] += double(*d));
            Ok(vec![(a, d.to_vec()), (b, sums.into_iter().map(T::lit).collect())])
        };
        self.push(y, Some(Box::new(back)))
    }

    /// A function of each element, and its slope at an input and its output.
    pub(crate) fn map(&mut self, a: Id, f: fn(f64) -> f64, slope: fn(f64, f64) -> f64) -> Id {
        let y = self.get(a).iter().map(|v| T::lit(f(double(*v)))).collect();
        let back = move |v: &[Vec<T>], d: &[T]| {
            let at = |(d, x): (&T, &T)| T::lit(double(*d) * slope(double(*x), f(double(*x))));
            Ok(vec![(a, d.iter().zip(&v[a.0]).map(at).collect())])
        };
        self.push(y, Some(Box::new(back)))
    }

    /// Elements of `a` by their places, in a new order.
    fn pick(&mut self, a: Id, places: Vec<usize>) -> Id {
        let y = places.iter().map(|i| self.get(a)[*i]).collect();
        let back = move |v: &[Vec<T>], d: &[T]| {
            let mut all = vec![T::lit(0.0); v[a.0].len()];
            for (i, d) in places.iter().zip(d) {
                all[*i] += *d;
            }
            Ok(vec![(a, all)])
        };
        self.push(y, Some(Box::new(back)))
    }

    /// `len` columns from `from` on, of rows of `width`.
    pub(crate) fn columns(&mut self, a: Id, width: usize, from: usize, len: usize) -> Id {
        let rows = self.get(a).len() / width;
        self.pick(a, (0..rows).flat_map(|r| (from..from + len).map(move |c| r * width + c)).collect())
    }

    /// A run of elements.
    pub(crate) fn slice(&mut self, a: Id, from: usize, len: usize) -> Id {
        self.pick(a, (from..from + len).collect())
    }

    /// Rows of `a` where the mask says so, else of `b`, or zeros.
    pub(crate) fn choose(&mut self, a: Id, b: Option<Id>, mask: &[bool]) -> Id {
        let width = self.get(a).len() / mask.len();
        let on: Vec<bool> = mask.iter().flat_map(|m| std::iter::repeat_n(*m, width)).collect();
        let other = |i: usize| b.map_or(T::lit(0.0), |b| self.get(b)[i]);
        let y = on.iter().enumerate().map(|(i, on)| if *on { self.get(a)[i] } else { other(i) }).collect();
        let back = move |_: &[Vec<T>], d: &[T]| {
            let part = |want: bool| {
                d.iter().zip(&on).map(|(d, on)| if *on == want { *d } else { T::lit(0.0) }).collect()
            };
            Ok(std::iter::once((a, part(true))).chain(b.map(|b| (b, part(false)))).collect())
        };
        self.push(y, Some(Box::new(back)))
    }

    /// A use of a norm with its parameters on the tape; those that are not learned are none of `params`. `state` moves as in
    /// any use, and nothing that a backward pass finds goes into it.
    pub(crate) fn norm(
        &mut self,
        a: Id,
        norm: Norm<T>,
        params: Vec<Option<Id>>,
        how: How,
        state: &mut NormState<T>,
    ) -> Result<Id, Error> {
        let (y, used) = norm.forward(how, state, self.get(a))?;
        let state = state.clone();
        let back = move |v: &[Vec<T>], d: &[T]| {
            let (dx, found) = norm.backward(how, &mut state.clone(), &v[a.0], &used, d)?;
            let params = params.iter().zip(found).filter_map(|(p, d)| Some(((*p)?, d)));
            Ok(std::iter::once((a, dx)).chain(params).collect())
        };
        Ok(self.push(y, Some(Box::new(back))))
    }

    /// The gradient of every value, for gradients of some.
    pub(crate) fn backward(&self, ends: Vec<(Id, Vec<T>)>) -> Result<Vec<Vec<T>>, Error> {
        let mut gradients: Vec<Vec<T>> = self.values.iter().map(|v| vec![T::lit(0.0); v.len()]).collect();
        let add = |gradients: &mut Vec<Vec<T>>, parts: Vec<(Id, Vec<T>)>| {
            for (id, part) in parts {
                for (sum, d) in gradients[id.0].iter_mut().zip(part) {
                    *sum += d;
                }
            }
        };
        add(&mut gradients, ends);
        for i in (0..self.values.len()).rev() {
            if let Some(back) = &self.back[i] {
                let parts = back(&self.values, &gradients[i])?;
                add(&mut gradients, parts);
            }
        }
        Ok(gradients)
    }

    /// Where a value's gradient lies in what [`Tape::backward`] gives.
    pub(crate) fn of(gradients: &[Vec<T>], a: Id) -> &[T] {
        &gradients[a.0]
    }
}
