//! Which of the models' layers mind the optimizer's steps: recurrent ones, whose method may stream.

use dfdx::prelude::*;
use norm_core::{Elem, Formula};
use norm_dfdx::AfterUpdate;

use crate::classifier::RecurrentClassifierLayers;
use crate::conv::{ConvLayer, MaxPool};
use crate::kind::Kind;
use crate::placement::PlacedIn;
use crate::recurrent::RecurrentLayer;
use crate::shared_conv::SharedConvLayers;

impl AfterUpdate for MaxPool {}
impl<const I: usize, const O: usize, E: Dtype, D: Storage<E>> AfterUpdate for ConvLayer<I, O, E, D> {}
impl<
    K: Kind,
    F: Formula,
    P: PlacedIn,
    const I: usize,
    const H: usize,
    const W: usize,
    const S: usize,
    const O: usize,
    E: Dtype + Elem,
    const DEPTH: usize,
> AfterUpdate for RecurrentClassifierLayers<K, F, P, I, H, W, S, O, E, Cpu, DEPTH>
where
    Cpu: Device<E>,
{
    fn after_update(&mut self) {
        self.recurrent.after_update();
        self.above.iter_mut().for_each(AfterUpdate::after_update);
    }
}
impl<K: Kind, F: Formula, P: PlacedIn, const I: usize, const H: usize, const W: usize, const S: usize, E>
    AfterUpdate for RecurrentLayer<K, F, P, I, H, W, S, E, Cpu>
where
    E: Dtype + Elem,
    Cpu: Device<E>,
{
    fn after_update(&mut self) {
        self.weights_have_changed();
    }
}
impl<F, Sh, const I: usize, const C: usize, const T: usize, const O: usize, E: Dtype, D: Storage<E>>
    AfterUpdate for SharedConvLayers<F, Sh, I, C, T, O, E, D>
{
}
