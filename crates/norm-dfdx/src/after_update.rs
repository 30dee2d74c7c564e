//! What a model is told of the optimizer's steps.

use dfdx::prelude::*;

use crate::layer::NormLayer;
use crate::normed_linear::NormedLinearLayer;
use crate::streaming::StreamingLayer;

/// A model, or a layer of one, that may be told that the optimizer has changed the weights.
///
/// Most mind nothing of it, and their implementation is an empty one. A [`StreamingLayer`] begins its short averages anew,
/// and a tuple of layers tells all of them, so that whoever trains a model says it once per step.
pub trait AfterUpdate {
    /// Says that the weights have changed. Call it once after each step of the optimizer.
    fn after_update(&mut self) {}
}

impl AfterUpdate for ReLU {}
impl AfterUpdate for AvgPoolGlobal {}
impl<const I: usize, const O: usize, E: Dtype, D: Storage<E>> AfterUpdate for modules::Linear<I, O, E, D> {}
/// A layer takes in what its controls have found.
impl<
    F: norm_core::Formula,
    const C: usize,
    E: Dtype + norm_core::Elem,
    D: Device<E>,
    Pol: crate::Policy,
    P,
    const G: usize,
> AfterUpdate for NormLayer<F, C, E, D, Pol, P, G>
{
    fn after_update(&mut self) {
        self.settle();
    }
}
impl<F, const I: usize, const O: usize, E: Dtype, D: Storage<E>, P, G, const BIAS: bool> AfterUpdate
    for NormedLinearLayer<F, I, O, E, D, P, G, BIAS>
{
}

impl<F: norm_core::Formula, const C: usize, E: Dtype + norm_core::Elem> AfterUpdate
    for StreamingLayer<F, C, E, Cpu>
where
    Cpu: Device<E>,
{
    fn after_update(&mut self) {
        StreamingLayer::after_update(self);
    }
}

macro_rules! tuples {
    ($(($($layer:ident . $i:tt),+);)+) => {$(
        impl<$($layer: AfterUpdate),+> AfterUpdate for ($($layer,)+) {
            fn after_update(&mut self) {
                $(self.$i.after_update();)+
            }
        }
    )+};
}

tuples! {
    (A.0);
    (A.0, B.1);
    (A.0, B.1, C.2);
    (A.0, B.1, C.2, D.3);
    (A.0, B.1, C.2, D.3, E.4);
    (A.0, B.1, C.2, D.3, E.4, F.5);
}
