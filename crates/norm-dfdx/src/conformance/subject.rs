//! What the checks run over: either layer, as images in and images out. The checks see it as an object, so that they are
//! compiled once and not for every method.

use std::path::Path as File;

use dfdx::optim::{Optimizer, Sgd, SgdConfig};
use dfdx::prelude::*;
use norm_core::{Descriptor, Elem, Formula, Layout, ParamAxis, ReferenceSet, Site};
use num_traits::Float;
use rand_distr::uniform::SampleUniform;

use super::tensors::{self, Held};
use crate::image_op::Images;
use crate::layer::NormLayer;
use crate::normed_linear::NormedLinearLayer;
use crate::path::Fused;
use crate::policy::Policy;

/// Channels of every layer that is checked; even, so that two groups fit.
pub(super) const WIDTH: usize = 6;

/// Cases of [`WIDTH`] channels with rows and columns; without space of one row and one column.
pub(super) type Input<E, T = NoneTape> = Images<WIDTH, E, Cpu, T>;
pub(super) type Taped<E> = Input<E, OwnedTape<E, Cpu>>;
/// The same without space, as a linear layer takes it.
pub(super) type Flat<E, T = NoneTape> = Tensor<(usize, Const<WIDTH>), E, Cpu, T>;

/// Rows and columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Space(pub(super) usize, pub(super) usize);

impl Space {
    /// A single place.
    pub(super) const NONE: Self = Self(1, 1);

    /// The space that a method is checked in: several places in two rows, which differ from columns, wherever it can have
    /// them. A parameter with a value of its own for each element has no layer with space.
    pub(super) fn of(d: &Descriptor) -> Self {
        let flat = matches!(d.site, Site::Weights | Site::WeightsAndInputs)
            || d.reference_set.is_of_weights()
            || matches!(d.reference_set, ReferenceSet::Batch | ReferenceSet::BatchTime)
            || d.params.iter().any(|p| p.axis == ParamAxis::Element);
        if flat { Self::NONE } else { Self(2, 3) }
    }

    /// How many places it has.
    pub(super) const fn places(self) -> usize {
        self.0 * self.1
    }

    /// The layout of so many cases in it.
    pub(super) fn layout(self, d: &Descriptor, cases: usize, groups: usize) -> Told<Layout> {
        let layout = told(d.reference_set.layout(cases, WIDTH, self.places(), groups))?;
        Ok(layout.with_row(self.1))
    }

    /// The shape of so many cases in it.
    pub(super) const fn shape(self, cases: usize) -> (usize, Const<WIDTH>, usize, usize) {
        (cases, Const, self.0, self.1)
    }
}

/// A check gives up with the words of what refused.
pub(super) type Told<V> = Result<V, String>;

pub(super) fn told<V, E: std::fmt::Debug>(result: Result<V, E>) -> Told<V> {
    result.map_err(|e| format!("refused: {e:?}"))
}

/// Both modes of a layer with [`WIDTH`] channels on both sides.
pub(super) trait Modes<E: Dtype + Elem>: BuildModule<Cpu, E>
where
    Cpu: Device<E>,
{
    fn training<T: Tape<E, Cpu>>(&mut self, x: Input<E, T>) -> Told<Input<E, T>>;
    fn evaluation<T: Tape<E, Cpu>>(&self, x: Input<E, T>) -> Told<Input<E, T>>;
    /// Takes in what a backward pass has found.
    fn take_in(&mut self) {}
}

impl<F: Formula, E: Dtype + Elem, Pol: Policy, const G: usize> Modes<E>
    for NormLayer<F, WIDTH, E, Cpu, Pol, Fused, G>
where
    Cpu: Device<E>,
{
    fn training<T: Tape<E, Cpu>>(&mut self, x: Input<E, T>) -> Told<Input<E, T>> {
        told(self.train(x))
    }
    fn evaluation<T: Tape<E, Cpu>>(&self, x: Input<E, T>) -> Told<Input<E, T>> {
        told(self.eval(x))
    }
    fn take_in(&mut self) {
        NormLayer::settle(self);
    }
}

/// Without its one place.
pub(super) fn flat<E: Dtype, T: Tape<E, Cpu>>(x: Input<E, T>) -> Told<Flat<E, T>>
where
    Cpu: Device<E>,
{
    let cases = x.shape().0;
    told(x.try_reshape_like(&(cases, Const)))
}

impl<F: Formula, E: Dtype + Elem + Float + SampleUniform> Modes<E>
    for NormedLinearLayer<F, WIDTH, WIDTH, E, Cpu, Fused>
where
    Cpu: Device<E>,
{
    fn training<T: Tape<E, Cpu>>(&mut self, x: Input<E, T>) -> Told<Input<E, T>> {
        let shape = *x.shape();
        let y = told(self.train(flat(x)?))?;
        told(y.try_reshape_like(&shape))
    }
    fn evaluation<T: Tape<E, Cpu>>(&self, x: Input<E, T>) -> Told<Input<E, T>> {
        let shape = *x.shape();
        let y = told(self.apply(flat(x)?))?;
        told(y.try_reshape_like(&shape))
    }
}

/// A layer on a tape, and its tensors.
pub(super) trait Subject<E: Dtype + Elem>
where
    Cpu: Device<E>,
{
    fn train(&mut self, x: Taped<E>) -> Told<Taped<E>>;
    fn eval(&self, x: Taped<E>) -> Told<Taped<E>>;
    fn settle(&mut self);
    fn read(&self) -> Told<Vec<Held>>;
    fn write(&mut self, values: Vec<Held>) -> Told<()>;
    fn gradients(&self, found: &mut Gradients<E, Cpu>) -> Told<Vec<Held>>;
}

impl<E: Dtype + Elem, M: Modes<E>> Subject<E> for M
where
    Cpu: Device<E>,
{
    fn train(&mut self, x: Taped<E>) -> Told<Taped<E>> {
        self.training(x)
    }
    fn eval(&self, x: Taped<E>) -> Told<Taped<E>> {
        self.evaluation(x)
    }
    fn settle(&mut self) {
        self.take_in();
    }
    fn read(&self) -> Told<Vec<Held>> {
        tensors::read(self)
    }
    fn write(&mut self, values: Vec<Held>) -> Told<()> {
        tensors::write(self, values)
    }
    fn gradients(&self, found: &mut Gradients<E, Cpu>) -> Told<Vec<Held>> {
        tensors::gradients(self, found)
    }
}

/// Everything else that dfdx does with a layer, in double precision.
pub(super) trait Layer: Subject<f64> {
    fn eval_without_tape(&self, x: Input<f64>) -> Told<Input<f64>>;
    fn duplicate(&self) -> Box<dyn Layer>;
    fn save(&self, file: &File) -> Told<()>;
    fn load(&mut self, file: &File) -> Told<()>;
    fn descend(&mut self, gradients: &Gradients<f64, Cpu>, rate: f64) -> Told<()>;
}

impl<M: Modes<f64> + Clone + 'static> Layer for M {
    fn eval_without_tape(&self, x: Input<f64>) -> Told<Input<f64>> {
        self.evaluation(x)
    }
    fn duplicate(&self) -> Box<dyn Layer> {
        Box::new(self.clone())
    }
    fn save(&self, file: &File) -> Told<()> {
        told(self.save_safetensors(file))
    }
    fn load(&mut self, file: &File) -> Told<()> {
        told(self.load_safetensors(file))
    }
    fn descend(&mut self, gradients: &Gradients<f64, Cpu>, rate: f64) -> Told<()> {
        let mut sgd = Sgd::new(self, SgdConfig { lr: rate, momentum: None, weight_decay: None });
        told(sgd.update(self, gradients))
    }
}

/// How the layer of a method is made.
#[derive(Clone, Copy)]
pub(super) struct Makers {
    pub(super) f64: fn() -> Told<Box<dyn Layer>>,
    pub(super) f32: fn() -> Told<Box<dyn Subject<f32>>>,
}

impl Makers {
    pub(super) fn of<M: Modes<f64> + Clone + 'static, S: Modes<f32> + 'static>() -> Self {
        Self {
            f64: || Ok(Box::new(told(M::try_build(&Cpu::seed_from_u64(1)))?)),
            f32: || Ok(Box::new(told(S::try_build(&Cpu::seed_from_u64(1)))?)),
        }
    }
}
