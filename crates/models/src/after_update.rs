//! Which of the models' layers mind the optimizer's steps: none, as no cell and no shared network streams.

use dfdx::prelude::*;
use norm_dfdx::AfterUpdate;

use crate::classifier::RecurrentClassifierLayers;
use crate::conv::{ConvLayer, MaxPool};
use crate::shared_conv::SharedConvLayers;

impl AfterUpdate for MaxPool {}
impl<const I: usize, const O: usize, E: Dtype, D: Storage<E>> AfterUpdate for ConvLayer<I, O, E, D> {}
impl<
    K,
    F,
    P,
    const I: usize,
    const H: usize,
    const W: usize,
    const S: usize,
    const O: usize,
    E: Dtype,
    D: Storage<E>,
> AfterUpdate for RecurrentClassifierLayers<K, F, P, I, H, W, S, O, E, D>
{
}
impl<F, Sh, const I: usize, const C: usize, const T: usize, const O: usize, E: Dtype, D: Storage<E>>
    AfterUpdate for SharedConvLayers<F, Sh, I, C, T, O, E, D>
{
}
