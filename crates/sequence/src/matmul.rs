//! Matrix products: the one place that calls the matrix multiplication library, and the crate's one `unsafe`.
//!
//! ```
//! use sequence::matmul::{Matrix, Output, Threads, matmul};
//!
//! let (a, b) = ([1.0, 2.0, 3.0, 4.0], [1.0, 1.0, 0.0, 1.0]);
//! let mut product = [0.0; 4];
//! let transposed = Matrix::new(&b, 2, 2).transposed();
//! matmul(Threads::One, Matrix::new(&a, 2, 2), transposed, Output::Overwrite, &mut product);
//! assert_eq!(product, [3.0, 2.0, 7.0, 4.0]);
//! ```
//!
//! Every output element is summed in an order that depends on the sizes only, so the bits do not depend on
//! the number of threads (held by `tests/suite/sameness.rs`).

use norm_core::Elem;

/// A dense row-major matrix read as it is or transposed.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a, T> {
    data: &'a [T],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

impl<'a, T> Matrix<'a, T> {
    /// `data` as `rows` rows.
    ///
    /// # Panics
    ///
    /// Where `data` is not as long as rows × columns.
    pub fn new(data: &'a [T], rows: usize, columns: usize) -> Self {
        assert_eq!(data.len(), rows * columns, "a matrix is as long as rows × columns");
        Self { data, rows, columns, row_stride: columns, column_stride: 1 }
    }
    /// Rows and columns exchanged; nothing moves.
    pub fn transposed(self) -> Self {
        Self {
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
            ..self
        }
    }
}

/// Whether what stands in the output is added to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// It is not: what stood there is lost.
    Overwrite,
    /// It is.
    Add,
}

/// Whether a product is shared out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Threads {
    /// To all threads of the pool.
    All,
    /// Not at all: the caller is one of several parts at work.
    One,
}

/// `out (+)= a b`, `out` row-major and dense.
///
/// # Panics
///
/// Where sizes do not agree.
pub fn matmul<T: Elem>(threads: Threads, a: Matrix<'_, T>, b: Matrix<'_, T>, output: Output, out: &mut [T]) {
    assert_eq!(a.columns, b.rows, "the inner sizes of a product agree");
    assert_eq!(out.len(), a.rows * b.columns, "the output is as long as rows × columns");
    let one = T::lit(1.0);
    let parallelism = match (threads, rayon::current_num_threads()) {
        (Threads::One, _) | (Threads::All, 1) => gemm::Parallelism::None,
        (Threads::All, threads) => gemm::Parallelism::Rayon(threads),
    };
    // SAFETY: the asserts above (and the one in `Matrix::new`, the only constructor) make every index
    // `row · row_stride + column · column_stride` fall inside its slice; `out` is borrowed mutably, so it
    // overlaps neither input; `Elem` is implemented for `f32` and `f64` only, both known to `gemm`.
    unsafe {
        gemm::gemm(
            a.rows,
            b.columns,
            a.columns,
            out.as_mut_ptr(),
            1,
            b.columns.cast_signed(),
            output == Output::Add,
            a.data.as_ptr(),
            a.column_stride.cast_signed(),
            a.row_stride.cast_signed(),
            b.data.as_ptr(),
            b.column_stride.cast_signed(),
            b.row_stride.cast_signed(),
            one,
            one,
            false,
            false,
            false,
            parallelism,
        );
    }
}
