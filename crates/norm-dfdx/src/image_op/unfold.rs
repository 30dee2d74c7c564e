//! The patches under a kernel as rows of their own.

use dfdx::prelude::*;
use norm_core::Elem;

use super::Images;
use super::columns::Patches;
use crate::buffer::{Dense, slot};
use crate::error::Error;

/// The patch of every position, `[N · height · width, C · 9]`: what the kernels of [`convolve`](super::convolve) see
/// there, in the order of their weights, 0 beyond the border. Nine times the images; for what has to know each patch.
///
/// # Errors
///
/// [`Error::Device`] where memory runs out.
pub fn unfold<const C: usize, E: Dtype + Elem, T: Tape<E, Cpu>>(
    x: Images<C, E, Cpu, T>,
) -> Result<Tensor<(usize, usize), E, Cpu, T>, Error<CpuError>>
where
    Cpu: Device<E>,
{
    let (x, mut tape) = Dense::split(x)?;
    let (cases, _, height, width) = *x.tensor().shape();
    let patches = Patches { channels: C, height, width };
    let (plane, rows) = (patches.plane(), patches.rows());
    let mut y = vec![E::default(); cases * plane * rows];
    let mut columns = vec![E::default(); rows * plane];
    for (image, y) in
        x.elements().chunks_exact(patches.image().max(1)).zip(y.chunks_exact_mut(columns.len().max(1)))
    {
        patches.lay_out(image, &mut columns);
        transpose(&columns, plane, y);
    }
    let y = x.tensor().device().try_tensor_from_vec(y, (cases * plane, rows))?;
    if T::OWNS_TAPE {
        tape.add_backward_op(fold_back(patches, x, y.clone()));
    }
    Ok(y.put_tape(tape))
}

/// Rows of `across` elements become columns.
fn transpose<E: Copy>(from: &[E], across: usize, to: &mut [E]) {
    let down = from.len() / across.max(1);
    for (row, from) in from.chunks_exact(across.max(1)).enumerate() {
        for (to, v) in to.iter_mut().skip(row).step_by(down.max(1)).zip(from) {
            *to = *v;
        }
    }
}

/// Stands apart so that no bound hides that a slot is a `Vec`, see [`crate::buffer`].
fn fold_back<S: Shape, E: Unit + Elem>(
    patches: Patches,
    x: Dense<S, E>,
    y: Tensor<(usize, usize), E, Cpu>,
) -> impl FnOnce(&mut Gradients<E, Cpu>) -> Result<(), CpuError> {
    move |g| {
        let dy = std::mem::take(slot(g, &y)?);
        let dx = slot(g, x.tensor())?;
        let mut columns = vec![E::default(); patches.rows() * patches.plane()];
        let cases = dx.chunks_exact_mut(patches.image().max(1)).zip(dy.chunks_exact(columns.len().max(1)));
        for (image, dy) in cases {
            transpose(dy, patches.rows(), &mut columns);
            patches.add_back(&mut columns, image);
        }
        *slot(g, &y)? = dy;
        Ok(())
    }
}
