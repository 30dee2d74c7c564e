//! Elementwise work on rows between products and kernels, in a fixed order.

#![expect(
    clippy::inline_always,
    reason = "a job is compiled for an instruction set by being inlined into it"
)]

use norm_core::{Elem, Isa, Job, Registers};

/// `rows += other (+ bias)`.
struct Add<'a, T> {
    rows: &'a mut [T],
    other: Option<&'a [T]>,
    bias: Option<&'a [T]>,
    width: usize,
}

impl<T: Elem> Job for Add<'_, T> {
    type Out = ();
    #[inline(always)]
    fn run<R: Registers>(self) {
        match (self.other, self.bias) {
            (None, None) => {}
            (Some(other), None) => {
                for (a, b) in self.rows.iter_mut().zip(other) {
                    *a = *a + *b;
                }
            }
            (None, Some(bias)) => {
                for row in self.rows.chunks_exact_mut(self.width) {
                    for (a, b) in row.iter_mut().zip(bias) {
                        *a = *a + *b;
                    }
                }
            }
            (Some(other), Some(bias)) => {
                let rows = self.rows.chunks_exact_mut(self.width).zip(other.chunks_exact(self.width));
                for (row, other) in rows {
                    for ((a, b), c) in row.iter_mut().zip(other).zip(bias) {
                        *a = *a + *b + *c;
                    }
                }
            }
        }
    }
}

/// Adds `other`, and `bias` to every row of `width` elements.
pub(crate) fn add<T: Elem>(isa: Isa, rows: &mut [T], other: Option<&[T]>, bias: Option<&[T]>, width: usize) {
    isa.run(Add { rows, other, bias, width });
}

struct ColumnSums<'a, T> {
    rows: &'a [T],
    out: &'a mut [T],
}

impl<T: Elem> Job for ColumnSums<'_, T> {
    type Out = ();
    #[inline(always)]
    fn run<R: Registers>(self) {
        for row in self.rows.chunks_exact(self.out.len()) {
            for (a, b) in self.out.iter_mut().zip(row) {
                *a = *a + *b;
            }
        }
    }
}

/// Adds every row to `out`, first row first.
pub(crate) fn add_columns<T: Elem>(isa: Isa, rows: &[T], out: &mut [T]) {
    isa.run(ColumnSums { rows, out });
}

/// Every row becomes `row`.
pub(crate) fn repeat<T: Elem>(rows: &mut [T], row: &[T]) {
    for r in rows.chunks_exact_mut(row.len().max(1)) {
        r.copy_from_slice(row);
    }
}

/// Padded rows become those of `from`.
pub(crate) fn keep_padded<T: Elem>(rows: &mut [T], from: &[T], mask: Option<&[bool]>, width: usize) {
    let Some(mask) = mask else { return };
    let rows = rows.chunks_exact_mut(width).zip(from.chunks_exact(width));
    for ((row, from), _) in rows.zip(mask).filter(|(_, on)| !**on) {
        row.copy_from_slice(from);
    }
}

/// Padded rows become 0.
pub(crate) fn blank_padded<T: Elem>(rows: &mut [T], mask: Option<&[bool]>, width: usize) {
    let Some(mask) = mask else { return };
    for (row, _) in rows.chunks_exact_mut(width).zip(mask).filter(|(_, on)| !**on) {
        row.fill(T::default());
    }
}

/// `state` becomes `from`, or 0.
pub(crate) fn start<T: Elem>(state: &mut [T], from: Option<&[T]>) {
    match from {
        Some(from) => state.copy_from_slice(from),
        None => state.fill(T::default()),
    }
}

/// The rows of `width` elements become the columns of `out`.
pub(crate) fn transpose<T: Elem>(rows: &[T], width: usize, out: &mut [T]) {
    let count = rows.len() / width;
    for (i, row) in rows.chunks_exact(width).enumerate() {
        for (j, v) in row.iter().enumerate() {
            out[j * count + i] = *v;
        }
    }
}
