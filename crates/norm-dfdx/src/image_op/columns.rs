//! The patches under a kernel as columns of a matrix, a row for each weight, and the backward pass.

use norm_core::Elem;

use super::KERNEL;

/// Most elements of the columns of a block, so that they stay in a processor's cache between being laid out and being
/// multiplied. A single case may need more: `9 · channels · height · width`.
const BLOCK: usize = 1 << 16;

/// Sizes of the images under a kernel.
#[derive(Clone, Copy)]
pub(super) struct Patches {
    pub(super) channels: usize,
    pub(super) height: usize,
    pub(super) width: usize,
}

/// One row of a case's columns: the plane of a channel moved by the place of a weight in its kernel.
#[derive(Clone, Copy)]
struct Shift {
    /// How many positions come before the first that is read from the plane; the same number is left over at the other
    /// end of the plane.
    to: usize,
    from: usize,
    len: usize,
    /// The column of positions that a move along the plane fills from the neighbouring row, where there is one.
    wrapped: Option<usize>,
}

impl Patches {
    pub(super) fn plane(self) -> usize {
        self.height * self.width
    }

    /// Elements of an image.
    pub(super) fn image(self) -> usize {
        self.channels * self.plane()
    }

    /// Weights of an output channel, rows of the columns.
    pub(super) fn rows(self) -> usize {
        self.channels * KERNEL * KERNEL
    }

    /// Cases whose columns are laid out at once.
    pub(super) fn cases_of_a_block(self, cases: usize) -> usize {
        (BLOCK / (self.rows() * self.plane()).max(1)).clamp(1, cases.max(1))
    }

    fn shift(self, ky: usize, kx: usize) -> Shift {
        // Position p reads position p + (ky - 1) · width + (kx - 1) of its plane.
        let (ahead, behind) = (ky * self.width + kx, self.width + 1);
        let (to, from) = (behind.saturating_sub(ahead), ahead.saturating_sub(behind));
        let wrapped = [Some(0), None, self.width.checked_sub(1)][kx];
        let plane = self.plane();
        let len = plane.saturating_sub(to.max(from));
        Shift { to: to.min(plane), from: from.min(plane), len, wrapped }
    }

    /// Each row of the columns with the channel it reads, its shift, and where its elements start.
    fn each_row(self) -> impl Iterator<Item = (usize, Shift)> {
        let kernel = (0..KERNEL).flat_map(|ky| (0..KERNEL).map(move |kx| (ky, kx)));
        (0..self.channels).flat_map(move |channel| {
            kernel.clone().map(move |(ky, kx)| (channel * self.plane(), self.shift(ky, kx)))
        })
    }

    /// Lays out the columns `[channels · 9][cases · plane]` of whole images. What falls on the border is 0.
    pub(super) fn lay_out<E: Elem>(self, images: &[E], columns: &mut [E]) {
        let (plane, width) = (self.plane(), self.width);
        let across = images.len() / self.channels.max(1);
        for ((channel, shift), row) in self.each_row().zip(columns.chunks_exact_mut(across.max(1))) {
            let of_cases = images.chunks_exact(self.image().max(1)).zip(row.chunks_exact_mut(plane.max(1)));
            for (image, to) in of_cases {
                let Shift { to: start, from, len, wrapped } = shift;
                to[..start].fill(E::default());
                to[start..start + len].copy_from_slice(&image[channel + from..][..len]);
                to[start + len..].fill(E::default());
                if let Some(column) = wrapped {
                    to.iter_mut().skip(column).step_by(width).for_each(|v| *v = E::default());
                }
            }
        }
    }

    /// The transpose of [`lay_out`](Self::lay_out): adds each element of the columns to where it was read. Spoils the
    /// columns.
    pub(super) fn add_back<E: Elem>(self, columns: &mut [E], images: &mut [E]) {
        let (plane, width) = (self.plane(), self.width);
        let across = images.len() / self.channels.max(1);
        for ((channel, shift), row) in self.each_row().zip(columns.chunks_exact_mut(across.max(1))) {
            let of_cases =
                images.chunks_exact_mut(self.image().max(1)).zip(row.chunks_exact_mut(plane.max(1)));
            for (image, from) in of_cases {
                let Shift { to: start, from: at, len, wrapped } = shift;
                if let Some(column) = wrapped {
                    from.iter_mut().skip(column).step_by(width).for_each(|v| *v = E::default());
                }
                let sums = &mut image[channel + at..][..len];
                for (sum, v) in sums.iter_mut().zip(&from[start..start + len]) {
                    *sum = *sum + *v;
                }
            }
        }
    }
}
