//! A model in training, whatever its type: the loop that trains cells is compiled once, and only what depends on a model
//! is compiled for each.

use std::marker::PhantomData;

use dfdx::data::OneHotEncode;
use dfdx::optim::{Adam, AdamConfig, Optimizer};
use dfdx::prelude::*;
use norm_dfdx::AfterUpdate;

/// How the values of a case are laid out for a model.
pub(crate) trait View {
    /// The shape of a batch.
    type Shape: Shape;
    /// Steps of a sequence, 1 where there are none.
    const STEPS: usize;
    /// The shape of a batch of so many cases.
    fn shape(cases: usize) -> Self::Shape;
}

/// A vector of `I` values: `[N, I]`.
pub(crate) struct Flat<const I: usize>;

impl<const I: usize> View for Flat<I> {
    type Shape = (usize, Const<I>);
    const STEPS: usize = 1;
    fn shape(cases: usize) -> Self::Shape {
        (cases, Const)
    }
}

/// `T` steps of `I` values: `[T, N, I]`.
pub(crate) struct Steps<const T: usize, const I: usize>;

impl<const T: usize, const I: usize> View for Steps<T, I> {
    type Shape = (usize, usize, Const<I>);
    const STEPS: usize = T;
    fn shape(cases: usize) -> Self::Shape {
        (T, cases, Const)
    }
}

/// What moves the weights along the gradients, at one learning rate.
pub(crate) trait Rule<M>: Optimizer<M, Cpu, f32> + Sized {
    fn at(rate: f64, model: &M) -> Result<Self, String>;
}

impl<M: TensorCollection<f32, Cpu>> Rule<M> for Adam<M, f32, Cpu> {
    fn at(rate: f64, model: &M) -> Result<Self, String> {
        Ok(Self::new(model, AdamConfig { lr: rate, ..Default::default() }))
    }
}

/// What the training loop asks of a model. What fails says so in words, which the loop puts into its error.
pub(crate) trait Learner {
    /// Steps that the values of a case are cut into.
    fn steps(&self) -> usize;
    /// The loss on a batch, and its gradients, which are kept for [`update`](Self::update).
    fn loss(&mut self, x: Vec<f32>, labels: Vec<usize>) -> Result<f64, String>;
    /// Moves the weights along the gradients that are kept.
    fn update(&mut self) -> Result<(), String>;
    /// `[cases][classes]`, in evaluation mode.
    fn logits(&self, x: Vec<f32>, cases: usize) -> Result<Vec<f32>, String>;
    /// Trained numbers.
    fn parameters(&self) -> usize;
    /// Bytes of what is stored beside the parameters.
    fn state_bytes(&self) -> usize;
}

type Logits<const O: usize, T = NoneTape> = Tensor<(usize, Const<O>), f32, Cpu, T>;
type Tape = OwnedTape<f32, Cpu>;

/// A model of type `M` that sees its cases as `V` and is moved by `R`.
struct Typed<V, M, R, const O: usize> {
    dev: Cpu,
    model: M,
    optimizer: R,
    /// Always there between calls; taken while a tape owns them.
    gradients: Option<Gradients<f32, Cpu>>,
    view: PhantomData<V>,
}

/// A model of `O` classes with fresh weights from `seed`.
pub(crate) fn learner<V, M, R, const O: usize>(seed: u64, rate: f64) -> Result<Box<dyn Learner>, String>
where
    V: View + 'static,
    M: BuildModule<Cpu, f32> + TensorCollection<f32, Cpu, To<f32, Cpu> = M> + AfterUpdate + 'static,
    M: ModuleMut<Tensor<V::Shape, f32, Cpu, Tape>, Output = Logits<O, Tape>, Error = CpuError>,
    M: Module<Tensor<V::Shape, f32, Cpu>, Output = Logits<O>, Error = CpuError>,
    R: Rule<M> + 'static,
{
    let dev = Cpu::seed_from_u64(seed);
    let model = M::try_build(&dev).map_err(said)?;
    let optimizer = R::at(rate, &model)?;
    let gradients = Some(model.try_alloc_grads().map_err(said)?);
    Ok(Box::new(Typed::<V, M, R, O> { dev, model, optimizer, gradients, view: PhantomData }))
}

fn said(e: CpuError) -> String {
    e.to_string()
}

impl<V, M, R, const O: usize> Learner for Typed<V, M, R, O>
where
    V: View,
    M: TensorCollection<f32, Cpu, To<f32, Cpu> = M> + AfterUpdate,
    M: ModuleMut<Tensor<V::Shape, f32, Cpu, Tape>, Output = Logits<O, Tape>, Error = CpuError>,
    M: Module<Tensor<V::Shape, f32, Cpu>, Output = Logits<O>, Error = CpuError>,
    R: Rule<M>,
{
    fn steps(&self) -> usize {
        V::STEPS
    }

    fn loss(&mut self, x: Vec<f32>, labels: Vec<usize>) -> Result<f64, String> {
        let x = self.dev.tensor_from_vec(x, V::shape(labels.len()));
        let y: Logits<O> = self.dev.one_hot_encode(Const::<O>, labels);
        let gradients = match self.gradients.take() {
            Some(gradients) => gradients,
            None => self.model.try_alloc_grads().map_err(said)?,
        };
        let logits = self.model.try_forward_mut(x.traced(gradients)).map_err(said)?;
        let loss = cross_entropy_with_logits_loss(logits, y);
        let value = loss.array().into();
        self.gradients = Some(loss.try_backward().map_err(said)?);
        Ok(value)
    }

    fn update(&mut self) -> Result<(), String> {
        let Some(gradients) = &mut self.gradients else { return Ok(()) };
        self.optimizer.update(&mut self.model, gradients).map_err(|e| format!("{e:?}"))?;
        self.model.after_update();
        self.model.try_zero_grads(gradients).map_err(said)
    }

    fn logits(&self, x: Vec<f32>, cases: usize) -> Result<Vec<f32>, String> {
        let x = self.dev.tensor_from_vec(x, V::shape(cases));
        Ok(self.model.try_forward(x).map_err(said)?.as_vec())
    }

    fn parameters(&self) -> usize {
        self.model.num_trainable_params()
    }

    fn state_bytes(&self) -> usize {
        let mut stored = Stored(0);
        // Reading asks the device for nothing, so there is nothing to fail.
        let _ = M::iter_tensors(&mut RecursiveWalker { m: &self.model, f: &mut stored });
        stored.0 * size_of::<f32>()
    }
}

/// Counts the numbers in tensors that are not trained.
struct Stored(usize);

impl TensorVisitor<f32, Cpu> for Stored {
    type Viewer = ViewTensorRef;
    type Err = CpuError;
    type E2 = f32;
    type D2 = Cpu;

    fn visit<S: Shape>(
        &mut self,
        options: TensorOptions<S, f32, Cpu>,
        t: &Tensor<S, f32, Cpu>,
    ) -> Result<Option<Tensor<S, f32, Cpu>>, CpuError> {
        if !options.do_gradient_update {
            self.0 += t.shape().num_elements();
        }
        Ok(None)
    }
}
