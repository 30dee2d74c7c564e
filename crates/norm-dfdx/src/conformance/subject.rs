//! What the checks run over: either layer, as rows in and rows out.

use dfdx::prelude::*;
use norm_core::{Elem, Formula};
use num_traits::Float;
use rand_distr::uniform::SampleUniform;

use crate::layer::NormLayer;
use crate::normed_linear::{Gain, NormedLinearLayer};
use crate::path::Path;
use crate::policy::Policy;

/// Channels of every layer that is checked; even, so that two groups fit.
pub(super) const WIDTH: usize = 6;

pub(super) type Rows<E, T = NoneTape> = Tensor<(usize, Const<WIDTH>), E, Cpu, T>;

/// A check gives up with the words of what refused.
pub(super) type Told<V> = Result<V, String>;

pub(super) fn told<V, E: std::fmt::Debug>(result: Result<V, E>) -> Told<V> {
    result.map_err(|e| format!("refused: {e:?}"))
}

/// A layer with rows of [`WIDTH`] on both sides.
pub(super) trait Subject<E: Dtype + Elem>: BuildModule<Cpu, E> + Clone
where
    Cpu: Device<E>,
{
    /// As in training.
    fn train<T: Tape<E, Cpu>>(&mut self, x: Rows<E, T>) -> Told<Rows<E, T>>;
    /// As in evaluation.
    fn eval<T: Tape<E, Cpu>>(&self, x: Rows<E, T>) -> Told<Rows<E, T>>;
}

impl<F: Formula, E: Dtype + Elem, Pol: Policy, P: Path<E, Cpu>, const G: usize> Subject<E>
    for NormLayer<F, WIDTH, E, Cpu, Pol, P, G>
where
    Cpu: Device<E>,
{
    fn train<T: Tape<E, Cpu>>(&mut self, x: Rows<E, T>) -> Told<Rows<E, T>> {
        told(NormLayer::train(self, x))
    }
    fn eval<T: Tape<E, Cpu>>(&self, x: Rows<E, T>) -> Told<Rows<E, T>> {
        told(NormLayer::eval(self, x))
    }
}

impl<F: Formula, E: Dtype + Elem + Float + SampleUniform, P: Path<E, Cpu>, G: Gain> Subject<E>
    for NormedLinearLayer<F, WIDTH, WIDTH, E, Cpu, P, G>
where
    Cpu: Device<E>,
{
    fn train<T: Tape<E, Cpu>>(&mut self, x: Rows<E, T>) -> Told<Rows<E, T>> {
        told(self.apply(x))
    }
    fn eval<T: Tape<E, Cpu>>(&self, x: Rows<E, T>) -> Told<Rows<E, T>> {
        told(self.apply(x))
    }
}
