//! One step over a range of cases: the body is evaluated a piece of a row at a time, and what comes out goes to its place.

use std::mem::MaybeUninit;
use std::ops::Range;

use super::program::{Over, Staged};
use crate::isa::Job;
use crate::layout::Layout;
use crate::value::{Array, Elem, Registers, Vector};

/// Elements of a piece: small enough that it stays in the first-level cache between body and sink.
const PIECE: usize = 512;

/// Operands that a body has at most.
const MOST: usize = 32;

/// Elements of the longest vector.
const WIDEST: usize = 16;

/// A buffer that a body reads.
#[derive(Clone, Copy)]
pub(super) struct Operand<'a, T> {
    pub(super) data: &'a [T],
    pub(super) strides: [usize; 4],
}

/// Where the values go; what belongs to the range of cases.
pub(super) enum Into<'a, T> {
    /// Over them.
    Keep(&'a mut [T]),
    /// To a place where nothing stands yet; 0 for cases that do not count.
    Write(&'a mut [MaybeUninit<T>]),
    /// Over them, or added to them; cases that do not count give 0.
    Gradient { dx: &'a mut [T], overwrite: bool },
    /// Added up; `strides` are those of the sums.
    Sum { sums: &'a mut [f64], strides: [usize; 4], over_cases: bool },
}

pub(super) struct Sweep<'a, F: Staged, T> {
    pub(super) step: usize,
    pub(super) layout: Layout,
    pub(super) over: Over,
    pub(super) cases: Range<usize>,
    pub(super) operands: &'a [Operand<'a, T>],
    pub(super) mask: Option<&'a [bool]>,
    pub(super) into: Into<'a, T>,
    pub(super) counts: &'a [f64; Over::COUNT],
    pub(super) consts: F::Consts,
}

/// An operand along a row.
#[derive(Clone, Copy)]
enum Along<'a, T> {
    Row(&'a [T]),
    Same(T),
}

/// Rows from `at` to their end, with zeros behind.
#[inline(never)]
fn pad<T: Elem>(operands: &[Along<'_, T>], at: usize, tails: &mut [[T; WIDEST]; MOST]) {
    for (tail, operand) in tails.iter_mut().zip(operands) {
        if let Along::Row(row) = operand {
            let (values, zeros) = tail.split_at_mut(row.len() - at);
            values.copy_from_slice(&row[at..]);
            zeros.fill(T::default());
        }
    }
}

/// Eight sums side by side, so that additions need not wait for each other; the order is that of the positions alone.
#[inline(always)]
fn total<T: Elem>(piece: &[T]) -> f64 {
    let mut sums = [0.0; 8];
    let (eights, rest) = piece.as_chunks::<8>();
    for eight in eights {
        for (sum, v) in sums.iter_mut().zip(eight) {
            *sum += v.to_f64();
        }
    }
    for (sum, v) in sums.iter_mut().zip(rest) {
        *sum += v.to_f64();
    }
    let [a, b, c, d, e, f, g, h] = sums;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

impl<F: Staged, T: Elem> Sweep<'_, F, T> {
    /// The body along a piece of `len` elements. What is left over goes through the same vectors, padded: bodies are long,
    /// and for single elements they would be compiled once more.
    #[inline(always)]
    fn evaluate<V: Vector<T>>(
        &self,
        operands: &[Along<'_, T>],
        len: usize,
        tails: &mut [[T; WIDEST]; MOST],
        out: &mut [T; PIECE],
    ) {
        for at in (0..len).step_by(V::LEN) {
            let whole = at + V::LEN <= len;
            if !whole {
                pad(operands, at, tails);
            }
            let i = F::Operands::<V>::from_fn(|i| match operands.get(i) {
                Some(Along::Row(row)) => V::load(if whole { &row[at..] } else { &tails[i] }),
                Some(Along::Same(v)) => V::splat(*v),
                None => V::lit(0.0),
            });
            F::body::<V>(self.step, &i, self.counts, &self.consts).store(&mut out[at..]);
        }
    }

    /// What becomes of a piece along axis `row`, whose first element is `index`.
    #[inline(always)]
    fn put(&mut self, piece: &[T], mut index: [usize; 4], row: usize) {
        index[0] -= self.cases.start;
        let from = Over::place(self.over.strides(&self.layout), index);
        match &mut self.into {
            Into::Keep(to) => to[from..from + piece.len()].copy_from_slice(piece),
            Into::Write(to) => {
                for (to, v) in to[from..from + piece.len()].iter_mut().zip(piece) {
                    to.write(*v);
                }
            }
            Into::Gradient { dx, overwrite: true } => dx[from..from + piece.len()].copy_from_slice(piece),
            Into::Gradient { dx, overwrite: false } => {
                for (to, v) in dx[from..from + piece.len()].iter_mut().zip(piece) {
                    *to = *to + *v;
                }
            }
            Into::Sum { sums, strides, .. } => {
                let first = Over::place(*strides, index);
                if strides[row] == 0 {
                    sums[first] += total(piece);
                } else {
                    for (sum, v) in sums[first..].iter_mut().zip(piece) {
                        *sum += v.to_f64();
                    }
                }
            }
        }
    }

    /// A case that does not count: whether nothing is left to do for it.
    fn skip(&mut self, case: usize) -> bool {
        if self.mask.is_none_or(|m| m[case]) {
            return false;
        }
        let elements = self.layout.case();
        let at = (case - self.cases.start) * elements..(case - self.cases.start + 1) * elements;
        match &mut self.into {
            Into::Keep(_) | Into::Sum { over_cases: false, .. } => return false,
            Into::Write(to) => to[at].fill(MaybeUninit::new(T::default())),
            Into::Gradient { dx, overwrite: true } => dx[at].fill(T::default()),
            Into::Gradient { overwrite: false, .. } | Into::Sum { over_cases: true, .. } => {}
        }
        true
    }
}

impl<F: Staged, T: Elem> Job for Sweep<'_, F, T> {
    type Out = ();
    #[inline(always)]
    fn run<R: Registers>(mut self) {
        const {
            assert!(F::Operands::<T>::LEN <= MOST, "a body has more operands than there is room for");
            let length = <T::Vector<R>>::LEN;
            assert!(length <= WIDEST && PIECE.is_multiple_of(length), "a padded vector does not fit");
        };
        let [_, g, k, s] = self.over.sizes(&self.layout);
        // Along space, or across channels where there is none.
        let row = if s == 1 && k > 1 { 2 } else { 3 };
        let (length, outer) = if row == 2 { (k, 1) } else { (s, k) };
        let mut scratch = [T::default(); PIECE];
        let mut tails = [[T::default(); WIDEST]; MOST];
        let mut along = [Along::Same(T::default()); MOST];
        let operands = self.operands;
        let along = &mut along[..operands.len()];
        for n in self.cases.clone() {
            if self.skip(n) {
                continue;
            }
            for (g, k) in (0..g).flat_map(|g| (0..outer).map(move |k| (g, k))) {
                for at in (0..length).step_by(PIECE) {
                    let len = PIECE.min(length - at);
                    let mut index = [n, g, k, 0];
                    index[row] = at;
                    for (along, o) in along.iter_mut().zip(operands) {
                        let first = Over::place(o.strides, index);
                        *along = if o.strides[row] == 0 {
                            Along::Same(o.data[first])
                        } else {
                            Along::Row(&o.data[first..first + len])
                        };
                    }
                    self.evaluate::<T::Vector<R>>(along, len, &mut tails, &mut scratch);
                    self.put(&scratch[..len], index, row);
                }
            }
        }
    }
}
