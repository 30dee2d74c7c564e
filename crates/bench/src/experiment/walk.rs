//! Walks over the tensors of a model. dfdx compiles a walk once for each model and each kind of visitor, and an optimizer,
//! zeroed gradients, a new model and its counts are a visitor each; so there is one, which is told what to do.

use dfdx::optim::UnusedTensors;
use dfdx::prelude::*;
use num_traits::NumCast;

use super::axes::Axes;
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

/// A model with fresh weights, and how many numbers it has. Constants of its methods that the settings name are as they say.
pub(crate) fn build<M: Walked>(device: &Cpu, axes: &Axes<'_>) -> Result<(M, Counts), String> {
    let mut task = Task::Build { device, counts: Counts::default(), axes, refused: None };
    let model = walk(None, &mut task)?;
    match (model, task) {
        (_, Task::Build { refused: Some(refused), .. }) => Err(refused),
        (Some(model), Task::Build { counts, .. }) => Ok((model, counts)),
        _ => Err("the model was not built: one of its tensors was left out".to_owned()),
    }
}

/// Makes the gradients that are missing and lets none but those of trained tensors outlive a backward pass; before the first
/// of several batches for an update they are set to zero.
pub(crate) fn prepare<M: Walked>(
    model: &mut M,
    gradients: &mut Gradients<f32, Cpu>,
    first: bool,
) -> Result<(), String> {
    let mut task = Task::Prepare { gradients, first, kept: UnusedTensors::default() };
    walk(Some(model), &mut task)?;
    task.finished()
}

/// Multiplies all gradients of a model.
pub(crate) fn scale<M: Walked>(
    model: &mut M,
    gradients: &mut Gradients<f32, Cpu>,
    factor: f64,
) -> Result<(), String> {
    walk(Some(model), &mut Task::Scale { gradients, factor: factor as f32 }).map(|_| ())
}

enum Task<'a> {
    Build {
        device: &'a Cpu,
        counts: Counts,
        axes: &'a Axes<'a>,
        refused: Option<String>,
    },
    /// `kept` lists ids: outside dfdx nothing else reads the id of a tensor.
    Prepare {
        gradients: &'a mut Gradients<f32, Cpu>,
        first: bool,
        kept: UnusedTensors,
    },
    Scale {
        gradients: &'a mut Gradients<f32, Cpu>,
        factor: f32,
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
            Self::Prepare { gradients, kept, .. } => {
                gradients.retain_leafs(&kept.ids);
                Ok(())
            }
            Self::Build { .. } | Self::Update { .. } | Self::Scale { .. } => Ok(()),
        }
    }
}

fn walk<M: Walked>(model: Option<&mut M>, task: &mut Task<'_>) -> Result<Option<M>, String> {
    // Names are put together where constants are looked up, and nowhere else.
    let named = model.is_none().then(String::new);
    M::iter_tensors(&mut RecursiveWalker { m: (model, named), f: task }).map_err(|e: CpuError| e.to_string())
}

impl TensorVisitor<f32, Cpu> for Task<'_> {
    type Viewer = (Option<ViewTensorMut>, Option<ViewTensorName>);
    type Err = CpuError;
    type E2 = f32;
    type D2 = Cpu;

    fn visit<S: Shape>(
        &mut self,
        options: TensorOptions<S, f32, Cpu>,
        (t, _): (Option<&mut Tensor<S, f32, Cpu>>, Option<String>),
    ) -> Result<Option<Tensor<S, f32, Cpu>>, CpuError> {
        match (self, t) {
            (Self::Build { device, counts, .. }, _) => {
                let mut t: Tensor<S, f32, Cpu> = device.try_zeros_like(&options.shape)?;
                (options.reset)(&mut t)?;
                let count = if options.do_gradient_update { &mut counts.trained } else { &mut counts.stored };
                *count += t.shape().num_elements();
                return Ok(Some(t));
            }
            (Self::Prepare { gradients, first, kept }, Some(t)) if options.do_gradient_update => {
                let slope = gradients.get_or_alloc_mut(t)?;
                if *first {
                    slope.fill(0.0);
                }
                kept.add(t);
            }
            (Self::Scale { gradients, factor }, Some(t)) if options.do_gradient_update => {
                gradients.get_or_alloc_mut(t)?.iter_mut().for_each(|v| *v *= *factor);
            }
            (Self::Update { each, gradients, unused }, Some(t)) => {
                each.tensor(options, t, gradients, unused)?;
            }
            _ => {}
        }
        Ok(None)
    }
    fn visit_scalar<N: NumCast>(
        &mut self,
        options: ScalarOptions<N>,
        (_, name): (Option<&mut N>, Option<String>),
    ) -> Result<Option<N>, CpuError> {
        if let (Self::Build { axes, refused, .. }, Some(name)) = (self, name) {
            match axes.constant(name.rsplit('.').next().unwrap_or_default()) {
                Ok(Some(value)) => return Ok(N::from(value)),
                Ok(None) => {}
                Err(what) => *refused = Some(what),
            }
        }
        Ok(Some(options.default))
    }
}
