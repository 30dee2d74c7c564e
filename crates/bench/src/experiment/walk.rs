//! Walks over the tensors of a model. dfdx compiles a walk once for each model and each kind of visitor, and an optimizer,
//! zeroed gradients, a new model and its counts are a visitor each; so there is one, which is told what to do.

use dfdx::optim::UnusedTensors;
use dfdx::prelude::*;

use super::optimizer::Each;

/// Numbers in the tensors of a model.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    /// Trained.
    pub(crate) trained: usize,
    /// Stored beside them.
    pub(crate) stored: usize,
}

/// A model whose tensors can be walked over.
pub(crate) trait Walked: TensorCollection<f32, Cpu, To<f32, Cpu> = Self> {}

impl<M: TensorCollection<f32, Cpu, To<f32, Cpu> = M>> Walked for M {}

/// Moves the trained tensors of a model along their gradients.
pub(crate) fn update<M: Walked>(
    each: &mut Each,
    model: &mut M,
    gradients: &Gradients<f32, Cpu>,
) -> Result<(), String> {
    each.count(gradients)?;
    let mut task = Task::Update { each, gradients, unused: UnusedTensors::default() };
    walk(Some(model), &mut task)?;
    task.finished()
}

/// A model with fresh weights, and how many numbers it has.
pub(crate) fn build<M: Walked>(device: &Cpu) -> Result<(M, Counts), String> {
    let mut task = Task::Build { device, counts: Counts::default() };
    let model = walk(None, &mut task)?;
    match (model, task) {
        (Some(model), Task::Build { counts, .. }) => Ok((model, counts)),
        _ => Err("the model was not built: one of its tensors was left out".to_owned()),
    }
}

/// Sets the gradients of trained tensors to zero, makes those that are missing, and lets no others outlive a backward pass.
pub(crate) fn zero<M: Walked>(model: &mut M, gradients: &mut Gradients<f32, Cpu>) -> Result<(), String> {
    let mut task = Task::Zero { gradients, kept: UnusedTensors::default() };
    walk(Some(model), &mut task)?;
    task.finished()
}

enum Task<'a> {
    Build {
        device: &'a Cpu,
        counts: Counts,
    },
    /// `kept` lists ids: outside dfdx nothing else reads the id of a tensor.
    Zero {
        gradients: &'a mut Gradients<f32, Cpu>,
        kept: UnusedTensors,
    },
    Update {
        each: &'a mut Each,
        gradients: &'a Gradients<f32, Cpu>,
        unused: UnusedTensors,
    },
}

impl Task<'_> {
    /// What is left to do, or to say, when every tensor was seen.
    fn finished(self) -> Result<(), String> {
        match self {
            Self::Update { unused, .. } if !unused.is_empty() => Err(format!("no gradient of {unused:?}")),
            Self::Zero { gradients, kept } => {
                gradients.retain_leafs(&kept.ids);
                Ok(())
            }
            Self::Build { .. } | Self::Update { .. } => Ok(()),
        }
    }
}

fn walk<M: Walked>(model: Option<&mut M>, task: &mut Task<'_>) -> Result<Option<M>, String> {
    M::iter_tensors(&mut RecursiveWalker { m: model, f: task }).map_err(|e: CpuError| e.to_string())
}

impl TensorVisitor<f32, Cpu> for Task<'_> {
    type Viewer = Option<ViewTensorMut>;
    type Err = CpuError;
    type E2 = f32;
    type D2 = Cpu;

    fn visit<S: Shape>(
        &mut self,
        options: TensorOptions<S, f32, Cpu>,
        t: Option<&mut Tensor<S, f32, Cpu>>,
    ) -> Result<Option<Tensor<S, f32, Cpu>>, CpuError> {
        match (self, t) {
            (Self::Build { device, counts }, _) => {
                let mut t: Tensor<S, f32, Cpu> = device.try_zeros_like(&options.shape)?;
                (options.reset)(&mut t)?;
                let count = if options.do_gradient_update { &mut counts.trained } else { &mut counts.stored };
                *count += t.shape().num_elements();
                return Ok(Some(t));
            }
            (Self::Zero { gradients, kept }, Some(t)) if options.do_gradient_update => {
                gradients.get_or_alloc_mut(t)?.fill(0.0);
                kept.add(t);
            }
            (Self::Update { each, gradients, unused }, Some(t)) => {
                each.tensor(options, t, gradients, unused)?;
            }
            _ => {}
        }
        Ok(None)
    }
}
