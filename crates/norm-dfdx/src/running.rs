//! Stored statistics of a layer: a tensor for each, one value per set.

use dfdx::prelude::*;

/// One plane after the other, as the policies take them.
pub(crate) fn stored<const C: usize, E: Dtype, D: Device<E>>(running: &[Tensor<Rank1<C>, E, D>]) -> Vec<E> {
    running.iter().flat_map(Tensor::as_vec).collect()
}

/// Puts them back.
pub(crate) fn keep<const C: usize, E: Dtype, D: Device<E>>(
    running: &mut [Tensor<Rank1<C>, E, D>],
    state: &[E],
) {
    for (plane, now) in running.iter_mut().zip(state.chunks_exact(C.max(1))) {
        plane.copy_from(now);
    }
}
