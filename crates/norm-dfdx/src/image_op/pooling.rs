//! Max-pooling.

use dfdx::prelude::*;
use norm_core::Elem;

use super::Images;
use crate::buffer::{Dense, slot};
use crate::error::Error;

/// The maxima over 2 × 2 positions: sides are halved, an odd last row or column is left out. The gradient goes to the
/// maximum, the first of several, in the order of rows. A NaN is the maximum of its positions only where it comes first.
///
/// # Errors
///
/// [`Error::Device`] where memory runs out.
pub fn max_pool<const C: usize, E: Dtype + Elem, T: Tape<E, Cpu>>(
    x: Images<C, E, Cpu, T>,
) -> Result<Images<C, E, Cpu, T>, Error<CpuError>>
where
    Cpu: Device<E>,
{
    let (x, mut tape) = Dense::split(x)?;
    let (cases, _, height, width) = *x.tensor().shape();
    let (rows, columns) = (height / 2, width / 2);
    let from = x.elements();
    let mut y = Vec::with_capacity(cases * C * rows * columns);
    // Which of its four positions each maximum is.
    let mut at = Vec::with_capacity(if T::OWNS_TAPE { y.capacity() } else { 0 });
    for plane in from.chunks_exact((height * width).max(1)) {
        for pair in plane.chunks_exact((2 * width).max(1)) {
            let (top, bottom) = pair.split_at(width);
            for (top, bottom) in top.chunks_exact(2).zip(bottom.chunks_exact(2)) {
                let others = [(top[1], 1), (bottom[0], 2), (bottom[1], 3)];
                let first = (top[0], 0_u8);
                let (maximum, place) = others.into_iter().fold(first, |a, b| if b.0 > a.0 { b } else { a });
                y.push(maximum);
                if T::OWNS_TAPE {
                    at.push(place);
                }
            }
        }
    }
    let y = x.tensor().device().try_tensor_from_vec(y, (cases, Const::<C>, rows, columns))?;
    if T::OWNS_TAPE {
        tape.add_backward_op(scatter((height, width), x, y.clone(), at));
    }
    Ok(y.put_tape(tape))
}

/// Stands apart so that no bound hides that a slot is a `Vec`, see [`crate::buffer`].
fn scatter<S: Shape, E: Unit + Elem>(
    (height, width): (usize, usize),
    x: Dense<S, E>,
    y: Tensor<S, E, Cpu>,
    at: Vec<u8>,
) -> impl FnOnce(&mut Gradients<E, Cpu>) -> Result<(), CpuError> {
    move |g| {
        let dy = std::mem::take(slot(g, &y)?);
        let dx = slot(g, x.tensor())?;
        let mut given = at.iter().zip(&dy);
        for plane in dx.chunks_exact_mut((height * width).max(1)) {
            for pair in plane.chunks_exact_mut((2 * width).max(1)) {
                for column in 0..width / 2 {
                    let Some((at, dy)) = given.next() else { continue };
                    let place = 2 * column + [0, 1, width, width + 1][usize::from(*at)];
                    pair[place] = pair[place] + *dy;
                }
            }
        }
        *slot(g, &y)? = dy;
        Ok(())
    }
}
