//! A given gradient in place of a loss: what a benchmark of one operation needs.

use dfdx::prelude::*;

use crate::buffer::slot;

/// A scalar whose backward pass puts `dy` into the gradient of `y`, as `torch.autograd.grad(y, inputs, dy)` does.
/// Its own value is 0. `dy` must have as many elements as `y`; another number gives the device's error.
pub fn with_upstream<S: Shape, E: Dtype>(
    y: Tensor<S, E, Cpu, OwnedTape<E, Cpu>>,
    dy: Vec<E>,
) -> Result<Tensor<Rank0, E, Cpu, OwnedTape<E, Cpu>>, CpuError>
where
    Cpu: Device<E>,
{
    let (y, mut tape) = y.split_tape();
    let zero: Tensor<Rank0, E, Cpu> = y.device().try_zeros()?;
    tape.add_backward_op(put(y, dy));
    Ok(zero.put_tape(tape))
}

/// Stands apart so that no bound hides that a slot is a `Vec`, see [`crate::buffer`].
fn put<S: Shape, E: Unit>(
    y: Tensor<S, E, Cpu>,
    dy: Vec<E>,
) -> impl FnOnce(&mut Gradients<E, Cpu>) -> Result<(), CpuError> {
    move |g| {
        if y.shape().num_elements() != dy.len() {
            return Err(CpuError::WrongNumElements);
        }
        *slot(g, &y)? = dy;
        Ok(())
    }
}
