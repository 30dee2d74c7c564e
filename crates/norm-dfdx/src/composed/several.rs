//! Means over one of several sets, and windows, in dfdx operations.

use dfdx::prelude::*;
use norm_core::{Along, Layout, ReferenceSet, Window};

use super::arithmetic::lit;
use super::grid::Four;

/// The mean or sum over some axes, at each of their elements.
fn over<Ax: Axes, Kept, E: Dtype, D: Device<E>, T: Tape<E, D>>(
    t: Tensor<Four, E, D, T>,
    mean: bool,
) -> Result<Tensor<Four, E, D, T>, D::Err>
where
    Four: ReduceShapeTo<Kept, Ax> + HasAxes<Ax>,
    Kept: Shape + BroadcastShapeTo<Four, Ax>,
{
    let shape = *t.shape();
    let kept: Tensor<Kept, E, D, T> = if mean { t.try_mean()? } else { t.try_sum()? };
    kept.try_broadcast_like(&shape)
}

/// Elements, however they are laid out, as cases, groups, channels and space, for `f`, and back.
fn in_four<S: Shape, E: Dtype, D: Device<E>, T: Tape<E, D>>(
    t: Tensor<S, E, D, T>,
    l: &Layout,
    f: impl FnOnce(Tensor<Four, E, D, T>) -> Result<Tensor<Four, E, D, T>, D::Err>,
) -> Result<Tensor<S, E, D, T>, D::Err> {
    let shape = *t.shape();
    f(t.try_reshape_like(&(l.n, l.g, l.k, l.s))?)?.try_reshape_like(&shape)
}

/// The mean or sum over a set of a declaration that names several, at each of its elements.
pub(super) fn pooled<S: Shape, E: Dtype, D: Device<E>, T: Tape<E, D>>(
    t: Tensor<S, E, D, T>,
    l: &Layout,
    set: ReferenceSet,
    mean: bool,
) -> Result<Tensor<S, E, D, T>, D::Err> {
    in_four(t, l, |t| match set {
        ReferenceSet::Batch | ReferenceSet::BatchTime | ReferenceSet::BatchSpace | ReferenceSet::Unit => {
            over::<Axes2<0, 3>, (usize, usize), E, D, T>(t, mean)
        }
        ReferenceSet::Space => over::<Axis<3>, (usize, usize, usize), E, D, T>(t, mean),
        ReferenceSet::Channels => over::<Axes2<1, 2>, (usize, usize), E, D, T>(t, mean),
        ReferenceSet::Nothing => Ok(t),
        // All of a case.
        _ => over::<Axes3<1, 2, 3>, (usize,), E, D, T>(t, mean),
    })
}

/// The operator along `len` elements, so that a row of elements times it is the row of their windows.
fn matrix<E: Dtype, D: Device<E>>(
    device: &D,
    window: Window,
    size: usize,
    len: usize,
) -> Result<Tensor<(usize, usize), E, D>, D::Err> {
    let (weights, before) = window.places(size);
    let scale = window.scale(size, len);
    let mut matrix = vec![lit::<E>(0.0); len * len];
    for (i, scale) in scale.iter().enumerate() {
        for (place, weight) in weights.iter().enumerate() {
            if let Some(j) = (i + place).checked_sub(before).filter(|j| *j < len) {
                let at = if window.transposed { i * len + j } else { j * len + i };
                matrix[at] = lit(weight * scale);
            }
        }
    }
    device.try_tensor_from_vec(matrix, (len, len))
}

/// A window of `size` elements over each element.
pub(super) fn windowed<S: Shape, E: Dtype, D: Device<E>, T: Tape<E, D>>(
    t: Tensor<S, E, D, T>,
    l: &Layout,
    window: Window,
    size: usize,
) -> Result<Tensor<S, E, D, T>, D::Err> {
    let device = t.device().clone();
    let Layout { n, g, k, s, .. } = *l;
    let operator = |len: usize| matrix::<E, D>(&device, window, size, len);
    in_four(t, l, |t| match window.along {
        Along::Channels => {
            let across = t.try_permute::<_, Axes4<0, 1, 3, 2>>()?;
            let rows = across.try_reshape_like(&(n * g * s, k))?;
            let rows = rows.try_matmul(operator(k)?)?;
            rows.try_reshape_like(&(n, g, s, k))?.try_permute::<_, Axes4<0, 1, 3, 2>>()
        }
        Along::Space => {
            let (row, height) = (l.row.max(1), s / l.row.max(1));
            let rows = t.try_reshape_like(&(n * g * k * height, row))?;
            let mut rows = rows.try_matmul(operator(row)?)?;
            if height > 1 {
                let columns = rows.try_reshape_like(&(n * g * k, height, row))?;
                let columns = columns.try_permute::<_, Axes3<0, 2, 1>>()?;
                let columns = columns.try_reshape_like(&(n * g * k * row, height))?;
                let columns = columns.try_matmul(operator(height)?)?;
                let columns = columns.try_reshape_like(&(n * g * k, row, height))?;
                let columns = columns.try_permute::<_, Axes3<0, 2, 1>>()?;
                rows = columns.try_reshape_like(&(n * g * k * height, row))?;
            }
            rows.try_reshape_like(&(n, g, k, s))
        }
    })
}
