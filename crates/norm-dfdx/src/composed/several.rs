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

pub(super) fn pooled<E: Dtype, D: Device<E>, T: Tape<E, D>>(
    t: Tensor<Four, E, D, T>,
    set: ReferenceSet,
    mean: bool,
) -> Result<Tensor<Four, E, D, T>, D::Err> {
    type Three = (usize, usize, usize);
    match set {
        ReferenceSet::Batch | ReferenceSet::BatchTime => over::<Axis<0>, Three, E, D, T>(t, mean),
        ReferenceSet::BatchSpace | ReferenceSet::Unit => {
            over::<Axes2<0, 3>, (usize, usize), E, D, T>(t, mean)
        }
        ReferenceSet::Space => over::<Axis<3>, Three, E, D, T>(t, mean),
        ReferenceSet::Channels => over::<Axes2<1, 2>, (usize, usize), E, D, T>(t, mean),
        ReferenceSet::Nothing => Ok(t),
        // All of a case.
        _ => over::<Axes3<1, 2, 3>, (usize,), E, D, T>(t, mean),
    }
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

pub(super) fn windowed<E: Dtype, D: Device<E>, T: Tape<E, D>>(
    t: Tensor<Four, E, D, T>,
    l: &Layout,
    window: Window,
    size: usize,
) -> Result<Tensor<Four, E, D, T>, D::Err> {
    let device = t.device().clone();
    let (n, g, k, s) = *t.shape();
    let operator = |len: usize| matrix::<E, D>(&device, window, size, len);
    match window.along {
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
    }
}
