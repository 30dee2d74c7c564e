//! Models whose method is a type: convolutional networks, and layers that stream.

use std::marker::PhantomData;

use dfdx::data::OneHotEncode;
use dfdx::optim::Optimizer;
use dfdx::prelude::*;
use models::{ConvLayer, MaxPool};
use norm_dfdx::image_op::KERNEL;
use norm_dfdx::{AfterUpdate, PathSgdConfig};
use results::CellSettings;

use super::answer::Answers;
use super::axes::Axes;
use super::learner::{Batch, Learner, Source};
use super::optimizer::Each;
use super::walk::{self, Counts, Walked};

/// How the values of a case are laid out for a model.
pub(crate) trait View {
    /// The shape of a batch.
    type Shape: Shape;
    /// Steps of a sequence, 1 where there are none.
    const STEPS: usize;
    /// Values of a case, in all steps.
    const VALUES: usize;
    /// The shape of a batch of so many cases.
    fn shape(cases: usize) -> Self::Shape;
}

/// A vector of `I` values: `[N, I]`.
pub(crate) struct Flat<const I: usize>;

impl<const I: usize> View for Flat<I> {
    type Shape = (usize, Const<I>);
    const STEPS: usize = 1;
    const VALUES: usize = I;
    fn shape(cases: usize) -> Self::Shape {
        (cases, Const)
    }
}

/// `C` channels of `H` by `W` positions: `[N, C, H, W]`.
pub(crate) struct Image<const C: usize, const H: usize, const W: usize>;

impl<const C: usize, const H: usize, const W: usize> View for Image<C, H, W> {
    type Shape = (usize, Const<C>, usize, usize);
    const STEPS: usize = 1;
    const VALUES: usize = C * H * W;
    fn shape(cases: usize) -> Self::Shape {
        (cases, Const, H, W)
    }
}

/// Which optimizer moves the weights.
pub(crate) trait Rule<M> {
    /// The optimizer.
    type Optimizer;
    /// It, at a learning rate.
    fn at(rate: f64, model: &M) -> Result<Self::Optimizer, String>;
    /// One step; says why where it left the model as it was.
    fn step(
        optimizer: &mut Self::Optimizer,
        model: &mut M,
        gradients: &Gradients<f32, Cpu>,
    ) -> Result<Option<String>, String>;
}

/// A rule that treats every tensor alike.
pub(crate) trait Alike {
    /// It, at a learning rate.
    fn each(rate: f64) -> Each;
}

/// Adam with the usual settings.
pub(crate) struct Adam;

impl Alike for Adam {
    fn each(rate: f64) -> Each {
        Each::adam(rate)
    }
}

/// Plain steps.
pub(crate) struct Sgd;

impl Alike for Sgd {
    fn each(rate: f64) -> Each {
        Each::sgd(rate)
    }
}

impl<M: Walked, A: Alike> Rule<M> for A {
    type Optimizer = Each;
    fn at(rate: f64, _: &M) -> Result<Each, String> {
        Ok(A::each(rate))
    }
    fn step(
        each: &mut Each,
        model: &mut M,
        gradients: &Gradients<f32, Cpu>,
    ) -> Result<Option<String>, String> {
        walk::update(each, model, gradients).map(|()| None)
    }
}

/// Plain steps divided by path scales.
pub(crate) struct PathSgd;

impl<M: Walked> Rule<M> for PathSgd {
    type Optimizer = norm_dfdx::PathSgd<M, f32, Cpu>;
    fn at(rate: f64, model: &M) -> Result<Self::Optimizer, String> {
        let config = PathSgdConfig { lr: rate, ..Default::default() };
        norm_dfdx::PathSgd::new(model, config).map_err(|e| e.to_string())
    }
    fn step(
        optimizer: &mut Self::Optimizer,
        model: &mut M,
        gradients: &Gradients<f32, Cpu>,
    ) -> Result<Option<String>, String> {
        optimizer.update(model, gradients).map_err(|e| format!("{e:?}"))?;
        Ok(optimizer.refused().map(ToString::to_string))
    }
}

pub(crate) type Logits<const O: usize, T = NoneTape> = Tensor<(usize, Const<O>), f32, Cpu, T>;
pub(crate) type Tape = OwnedTape<f32, Cpu>;

/// A model of type `M` that sees its cases as `V` and is moved by `R`.
struct Typed<V, M, R: Rule<M>, const O: usize> {
    dev: Cpu,
    model: M,
    counts: Counts,
    optimizer: R::Optimizer,
    /// Always there between calls; taken while a tape owns them.
    gradients: Option<Gradients<f32, Cpu>>,
    /// How many batches they are of.
    batches: usize,
    /// Puts back what stays as it started.
    held: Option<Hold<M>>,
    view: PhantomData<V>,
}

type Hold<M> = Box<dyn Fn(&mut M)>;

/// A model with filters that may stay as they start, at random.
pub(crate) trait Filters {
    /// How many numbers they are.
    const NUMBERS: usize;
    /// Puts back the filters of now.
    fn hold(&self) -> Box<dyn Fn(&mut Self)>;
}

impl<const I: usize, const A: usize, const B: usize, F, G, R> Filters
    for ((ConvLayer<I, A, f32, Cpu>, F, ReLU, MaxPool), (ConvLayer<A, B, f32, Cpu>, G, ReLU, MaxPool), R)
{
    const NUMBERS: usize = (I * A + A * B) * KERNEL * KERNEL;

    fn hold(&self) -> Box<dyn Fn(&mut Self)> {
        let (first, second) = (self.0.0.weight.clone(), self.1.0.weight.clone());
        Box::new(move |model| {
            model.0.0.weight = first.clone();
            model.1.0.weight = second.clone();
        })
    }
}

/// The model of a cell, named by `N`, of `O` classes, with fresh weights.
pub(crate) fn build<V, N, R, const O: usize>(
    cell: &CellSettings,
    axes: &Axes<'_>,
) -> Result<Box<dyn Learner>, String>
where
    V: View + 'static,
    N: BuildOnDevice<Cpu, f32>,
    N::Built: Walked + AfterUpdate + 'static,
    N::Built: ModuleMut<Tensor<V::Shape, f32, Cpu, Tape>, Output = Logits<O, Tape>, Error = CpuError>,
    N::Built: Module<Tensor<V::Shape, f32, Cpu>, Output = Logits<O>, Error = CpuError>,
    R: Rule<N::Built> + 'static,
{
    Ok(Box::new(fresh::<V, N, R, O>(cell, axes)?))
}

/// The same of a model whose filters stay at random where the setting `filters` says so.
pub(crate) fn build_with_filters<V, N, R, const O: usize>(
    cell: &CellSettings,
    axes: &Axes<'_>,
) -> Result<Box<dyn Learner>, String>
where
    V: View + 'static,
    N: BuildOnDevice<Cpu, f32>,
    N::Built: Walked + AfterUpdate + Filters + 'static,
    N::Built: ModuleMut<Tensor<V::Shape, f32, Cpu, Tape>, Output = Logits<O, Tape>, Error = CpuError>,
    N::Built: Module<Tensor<V::Shape, f32, Cpu>, Output = Logits<O>, Error = CpuError>,
    R: Rule<N::Built> + 'static,
{
    let mut learner = fresh::<V, N, R, O>(cell, axes)?;
    if axes.choice("filters", &[("trained", false), ("random", true)])? == Some(true) {
        learner.held = Some(learner.model.hold());
        learner.counts.trained -= N::Built::NUMBERS;
        learner.counts.stored += N::Built::NUMBERS;
    }
    Ok(Box::new(learner))
}

fn fresh<V, N, R, const O: usize>(
    cell: &CellSettings,
    axes: &Axes<'_>,
) -> Result<Typed<V, N::Built, R, O>, String>
where
    N: BuildOnDevice<Cpu, f32>,
    N::Built: Walked,
    R: Rule<N::Built>,
{
    let dev = Cpu::seed_from_u64(cell.seed);
    let (model, counts) = walk::build::<N::Built>(&dev, axes)?;
    let optimizer = R::at(cell.learning_rate, &model)?;
    Ok(Typed { dev, model, counts, optimizer, gradients: None, batches: 0, held: None, view: PhantomData })
}

/// The loss on what was said of cases, by what is right, and all gradients. These are of the loss and of a penalty, where there is
/// one; the loss alone is given back.
pub(crate) fn loss<const O: usize>(
    said_of: Logits<O, Tape>,
    right: Answers,
    penalty: Option<Tensor<Rank0, f32, Cpu>>,
) -> Result<(f64, Gradients<f32, Cpu>), String> {
    let mut loss = match right {
        Answers::Classes(labels) => {
            let y: Logits<O> = said_of.device().one_hot_encode(Const::<O>, labels);
            cross_entropy_with_logits_loss(said_of, y)
        }
        Answers::Numbers(numbers) => {
            let shape = (numbers.len() / O, Const::<O>);
            let y: Logits<O> = said_of.device().try_tensor_from_vec(numbers, shape).map_err(said)?;
            mse_loss(said_of, y)
        }
        Answers::Chosen(chosen) => {
            let shape = (chosen.len(), Const::<O>);
            let (mut mask, mut numbers) = (vec![0.0; chosen.len() * O], vec![0.0; chosen.len() * O]);
            for (row, (at, number)) in chosen.into_iter().enumerate() {
                mask[row * O + at] = 1.0;
                numbers[row * O + at] = number;
            }
            let mask: Logits<O> = said_of.device().try_tensor_from_vec(mask, shape).map_err(said)?;
            let y: Logits<O> = said_of.device().try_tensor_from_vec(numbers, shape).map_err(said)?;
            // A row has one difference and O - 1 zeros, which the mean is over too.
            let mean = mse_loss(said_of.try_mul(mask).map_err(said)?, y);
            mean.try_mul(O as f32).map_err(said)?
        }
    };
    let value = loss.array().into();
    if let Some(penalty) = penalty {
        loss = loss.try_add(penalty).map_err(said)?;
    }
    Ok((value, loss.try_backward().map_err(said)?))
}

pub(crate) fn said(e: CpuError) -> String {
    e.to_string()
}

impl<V, M, R, const O: usize> Learner for Typed<V, M, R, O>
where
    V: View,
    M: Walked + AfterUpdate,
    M: ModuleMut<Tensor<V::Shape, f32, Cpu, Tape>, Output = Logits<O, Tape>, Error = CpuError>,
    M: Module<Tensor<V::Shape, f32, Cpu>, Output = Logits<O>, Error = CpuError>,
    R: Rule<M>,
{
    fn steps(&self) -> usize {
        V::STEPS
    }

    fn values(&self) -> usize {
        V::VALUES
    }

    fn classes(&self) -> usize {
        O
    }

    fn loss(&mut self, batch: Batch) -> Result<f64, String> {
        let x = self.dev.tensor_from_vec(batch.x, V::shape(batch.cases));
        // A step that failed has lost them.
        let mut gradients = self.gradients.take().unwrap_or_else(Gradients::leaky);
        walk::prepare(&mut self.model, &mut gradients, self.batches == 0)?;
        let logits = self.model.try_forward_mut(x.traced(gradients)).map_err(said)?;
        let (value, gradients) = loss(logits, batch.labels, None)?;
        self.gradients = Some(gradients);
        self.batches += 1;
        Ok(value)
    }

    fn update(&mut self) -> Result<Option<String>, String> {
        let Some(gradients) = &mut self.gradients else { return Ok(None) };
        if self.batches > 1 {
            walk::scale(&mut self.model, gradients, 1.0 / self.batches as f64)?;
        }
        self.batches = 0;
        let refused = R::step(&mut self.optimizer, &mut self.model, gradients)?;
        if let Some(held) = &self.held {
            held(&mut self.model);
        }
        self.model.after_update();
        Ok(refused)
    }

    fn logits(&self, batch: Batch, _: Source) -> Result<Vec<f32>, String> {
        let x = self.dev.tensor_from_vec(batch.x, V::shape(batch.cases));
        Ok(self.model.try_forward(x).map_err(said)?.as_vec())
    }

    fn parameters(&self) -> usize {
        self.counts.trained
    }

    fn state_bytes(&self) -> usize {
        self.counts.stored * size_of::<f32>()
    }
}
