//! Path-SGD as an optimizer of dfdx (neyshabur2015path).

use std::marker::PhantomData;

use dfdx::optim::{Optimizer, OptimizerUpdateError, Sgd, SgdConfig};
use dfdx::prelude::*;
use norm_core::Elem;
use norm_path_sgd::{
    Dense, FLOOR, Layer, Loss, PathScales, Recurrent, descend, path_scales, recurrent_scales,
};

/// Settings of [`PathSgd`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PathSgdConfig {
    /// The learning rate. Its units are not those of SGD: tune it on its own.
    pub lr: f64,
    /// The least scale that a step divides by, see [`norm_path_sgd::FLOOR`].
    pub floor: f64,
    /// Scales are divided by two to this power, at every step the same. It only changes what `lr` means, and is for
    /// nets so deep that the scales leave the range of `f64`.
    pub log2_reference: i64,
}

impl Default for PathSgdConfig {
    fn default() -> Self {
        Self { lr: 1e-2, floor: FLOOR, log2_reference: 0 }
    }
}

/// A dense layer with its gradients as plain numbers, for nets whose depth is not part of their type.
#[derive(Clone, Debug, PartialEq)]
pub struct DenseLayer<E> {
    /// Width of the input.
    pub inputs: usize,
    /// `[outputs, inputs]`.
    pub weight: Vec<E>,
    /// `[outputs]`.
    pub bias: Vec<E>,
    /// The gradient at the weights.
    pub of_weight: Vec<E>,
    /// The gradient at the biases.
    pub of_bias: Vec<E>,
}

impl<E: Elem> DenseLayer<E> {
    fn chained(&self) -> Layer<'_, E> {
        let (weight, bias) = (&self.weight, Some(&self.bias[..]));
        Layer::Dense(Dense { weight, bias, inputs: self.inputs, outputs: self.bias.len() })
    }
}

/// Numbers and the gradient at them.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved<E> {
    /// The numbers.
    pub values: Vec<E>,
    /// As many slopes.
    pub gradient: Vec<E>,
}

/// `h_t = relu(W_ih x_t + W_hh h_{t-1} + b)` from `h_0 = 0`, read out by `W_out h_t + b_out`.
#[derive(Clone, Debug, PartialEq)]
pub struct RecurrentNet<E> {
    /// Width of the input of a step.
    pub inputs: usize,
    /// Steps.
    pub steps: usize,
    /// Whether every step has a loss, or the last one only: where paths end.
    pub every_step: bool,
    /// `W_ih`, `[units, inputs]`.
    pub weight_ih: Moved<E>,
    /// `W_hh`, `[units, units]`.
    pub weight_hh: Moved<E>,
    /// `b`, `[units]`.
    pub bias: Moved<E>,
    /// `W_out`, `[outputs, units]`.
    pub read_out: Moved<E>,
    /// `b_out`, `[outputs]`.
    pub read_out_bias: Moved<E>,
}

impl PathSgdConfig {
    /// One step of layers in a row with ReLU between.
    ///
    /// # Errors
    ///
    /// [`PathSgdError::Scales`] where widths do not follow, a weight is not finite or a setting lies outside its domain; only
    /// the latter can have moved some of the layers.
    pub fn step<E: Elem>(&self, layers: &mut [DenseLayer<E>]) -> Result<(), PathSgdError> {
        let scales = path_scales(&layers.iter().map(DenseLayer::chained).collect::<Vec<_>>())?;
        let factor = scales.log2_factor - self.log2_reference;
        for (l, scales) in layers.iter_mut().zip(&scales.layers) {
            descend(&mut l.weight, &l.of_weight, &scales.weight, factor, self.lr, self.floor)?;
            let of_bias = scales.bias.as_deref().unwrap_or_default();
            descend(&mut l.bias, &l.of_bias, of_bias, factor, self.lr, self.floor)?;
        }
        Ok(())
    }

    /// One step of a recurrent net, divided by the first term of its path scales.
    ///
    /// # Errors
    ///
    /// [`PathSgdError::Scales`] where sizes do not follow, a weight is not finite or a setting lies outside its domain; only
    /// the latter can have moved some of the weights.
    pub fn step_recurrent<E: Elem>(&self, net: &mut RecurrentNet<E>) -> Result<(), PathSgdError> {
        let units = net.bias.values.len();
        let read_out = Dense {
            weight: &net.read_out.values,
            bias: Some(&net.read_out_bias.values),
            inputs: units,
            outputs: net.read_out_bias.values.len(),
        };
        let scales = recurrent_scales(&Recurrent {
            weight_ih: &net.weight_ih.values,
            weight_hh: &net.weight_hh.values,
            bias: Some(&net.bias.values),
            readout: Some(read_out),
            inputs: net.inputs,
            hidden: units,
            steps: net.steps,
            loss: if net.every_step { Loss::EveryStep } else { Loss::LastStep },
        })?;
        let factor = scales.log2_factor - self.log2_reference;
        let (of_read_out, of_its_bias) =
            scales.readout.map(|r| (r.weight, r.bias.unwrap_or_default())).unwrap_or_default();
        for (moved, scales) in [
            (&mut net.weight_ih, &scales.weight_ih),
            (&mut net.weight_hh, &scales.weight_hh),
            (&mut net.bias, &scales.bias.unwrap_or_default()),
            (&mut net.read_out, &of_read_out),
            (&mut net.read_out_bias, &of_its_bias),
        ] {
            descend(&mut moved.values, &moved.gradient, scales, factor, self.lr, self.floor)?;
        }
        Ok(())
    }
}

/// A model or a step that was refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PathSgdError {
    /// The trained tensors are not those of a chain.
    #[error(
        "path-sgd: the trained tensor `{name}`, of shape {shape:?}, does not continue a chain: expected {expected}. \
         Path scales are for `Linear` and `UnbiasedLinear` layers in a row with ReLU between"
    )]
    NotAChain {
        /// Its name in the model.
        name: String,
        /// Its sizes.
        shape: Vec<usize>,
        /// What would continue the chain, in words.
        expected: String,
    },
    /// The widths do not follow, or a weight is not finite.
    #[error(transparent)]
    Scales(#[from] norm_path_sgd::Error),
}

/// Divides every component of the gradient by the path scale of its weight, so that two copies of a ReLU net whose
/// units were rescaled stay copies under training.
///
/// For models that are [`Linear`] and [`UnbiasedLinear`] layers in a row with ReLU, or nothing, between: the trained
/// tensors are matrices named `weight`, each with a vector named `bias` after it or without. The tensors are all that is
/// seen, so neither another nonlinearity nor a shortcut past a layer is refused; the step is then no longer invariant.
///
/// A plain step without momentum, decay or clipping. Momentum would keep the invariance, the others break it.
#[derive(Debug)]
pub struct PathSgd<M, E: Dtype, D: Storage<E>> {
    /// The settings; may be changed between steps, as a schedule does.
    pub cfg: PathSgdConfig,
    refused: Option<PathSgdError>,
    kind: PhantomData<fn(&M, E, D)>,
}

/// One trained tensor, widened.
struct Trained {
    name: String,
    shape: Vec<usize>,
    values: Vec<f64>,
}

fn wide<S: Shape, E: Dtype, D: Device<E>>(t: &Tensor<S, E, D>) -> Vec<f64> {
    t.as_vec().into_iter().map(|v| v.to_f64().unwrap_or(f64::NAN)).collect()
}

/// Reads the trained tensors in visiting order.
struct Read(Vec<Trained>);

impl<E: Dtype, D: Device<E>> TensorVisitor<E, D> for Read {
    type Viewer = (ViewTensorRef, ViewTensorName);
    type Err = D::Err;
    type E2 = E;
    type D2 = D;

    fn visit<S: Shape>(
        &mut self,
        options: TensorOptions<S, E, D>,
        (t, name): (&Tensor<S, E, D>, String),
    ) -> Result<Option<Tensor<S, E, D>>, D::Err> {
        if options.do_gradient_update {
            let shape = t.shape().concrete().into_iter().collect();
            self.0.push(Trained { name, shape, values: wide(t) });
        }
        Ok(None)
    }
}

/// Writes the trained tensors in visiting order, moved along the gradients where there are some.
struct Write<'a, E: Dtype, D: Device<E>> {
    from: std::vec::IntoIter<Trained>,
    step: Option<Step<'a, E, D>>,
}

/// Scales in visiting order, and what they divide.
struct Step<'a, E: Dtype, D: Device<E>> {
    gradients: &'a Gradients<E, D>,
    scales: std::vec::IntoIter<Vec<f64>>,
    log2_factor: i64,
    cfg: PathSgdConfig,
    failed: Option<PathSgdError>,
}

impl<E: Dtype, D: Device<E>> TensorVisitor<E, D> for Write<'_, E, D> {
    type Viewer = ViewTensorMut;
    type Err = D::Err;
    type E2 = E;
    type D2 = D;

    fn visit<S: Shape>(
        &mut self,
        options: TensorOptions<S, E, D>,
        t: &mut Tensor<S, E, D>,
    ) -> Result<Option<Tensor<S, E, D>>, D::Err> {
        if !options.do_gradient_update {
            return Ok(None);
        }
        let Some(mut trained) = self.from.next() else { return Ok(None) };
        if let Some(step) = &mut self.step {
            let gradient = wide(&step.gradients.get(t));
            let scales = step.scales.next().unwrap_or_default();
            let PathSgdConfig { lr, floor, .. } = step.cfg;
            if let Err(e) = descend(&mut trained.values, &gradient, &scales, step.log2_factor, lr, floor) {
                step.failed = Some(e.into());
            }
        }
        let narrow = |v: f64| E::from_f64(v).unwrap_or_default();
        t.copy_from(&trained.values.into_iter().map(narrow).collect::<Vec<E>>());
        Ok(None)
    }
}

/// The layers that the tensors are: a matrix `[outputs, inputs]`, and after it, maybe, a vector `[outputs]`.
fn chain(tensors: &[Trained]) -> Result<Vec<Layer<'_, f64>>, PathSgdError> {
    let mut layers: Vec<Dense<'_, f64>> = Vec::new();
    for t in tensors {
        let width = layers.last().map(|l| l.outputs);
        let may_be_bias = layers.last().is_some_and(|l| l.bias.is_none());
        // A gain has the shape of a bias: only the name tells them apart.
        let kind = t.name.rsplit('.').next().unwrap_or_default();
        match (kind, t.shape.as_slice(), layers.last_mut()) {
            ("weight", &[outputs, inputs], _) if width.is_none_or(|w| w == inputs) => {
                layers.push(Dense { weight: &t.values, bias: None, inputs, outputs });
            }
            ("bias", &[_], Some(last)) if may_be_bias && width == Some(t.shape[0]) => {
                last.bias = Some(&t.values);
            }
            _ => {
                let expected = match width {
                    None => "`weight` [outputs, inputs] first".to_owned(),
                    Some(w) if may_be_bias => format!("`bias` [{w}] or `weight` [outputs, {w}]"),
                    Some(w) => format!("`weight` [outputs, {w}]"),
                };
                return Err(PathSgdError::NotAChain {
                    name: t.name.clone(),
                    shape: t.shape.clone(),
                    expected,
                });
            }
        }
    }
    Ok(layers.into_iter().map(Layer::Dense).collect())
}

impl<M: TensorCollection<E, D>, E: Dtype, D: Device<E>> PathSgd<M, E, D> {
    /// An optimizer of `model`, which must be a chain.
    ///
    /// # Errors
    ///
    /// [`PathSgdError::NotAChain`], as for the gain of a normalization; [`PathSgdError::Scales`] where a weight is not
    /// finite or there is none.
    pub fn new(model: &M, cfg: PathSgdConfig) -> Result<Self, PathSgdError> {
        Self::path_scales(model)?;
        Ok(Self { cfg, refused: None, kind: PhantomData })
    }

    /// The path scales of `model`, and with them its path norm.
    ///
    /// # Errors
    ///
    /// As [`PathSgd::new`].
    pub fn path_scales(model: &M) -> Result<PathScales, PathSgdError> {
        Ok(path_scales(&chain(&Self::read(model))?)?)
    }

    /// Why the last call of [`Optimizer::update`] left the model as it was; nothing where it did not.
    pub fn refused(&self) -> Option<&PathSgdError> {
        self.refused.as_ref()
    }

    fn read(model: &M) -> Vec<Trained> {
        let mut read = Read(Vec::new());
        // Reading asks the device for nothing, so there is nothing to fail.
        let _ = M::iter_tensors(&mut RecursiveWalker { m: (model, String::new()), f: &mut read });
        read.0
    }

    fn write(model: &mut M, tensors: Vec<Trained>, step: Option<Step<'_, E, D>>) -> Option<PathSgdError> {
        let mut write = Write { from: tensors.into_iter(), step };
        let _ = M::iter_tensors(&mut RecursiveWalker { m: model, f: &mut write });
        write.step.and_then(|s| s.failed)
    }
}

impl<M: TensorCollection<E, D>, E: Dtype, D: Device<E>> Optimizer<M, D, E> for PathSgd<M, E, D> {
    /// One step. Weights that are not finite (training has diverged), or settings out of their domain, leave the model
    /// as it is, and [`PathSgd::refused`] says why: dfdx has no error to say it with.
    fn update(
        &mut self,
        module: &mut M,
        gradients: &Gradients<E, D>,
    ) -> Result<(), OptimizerUpdateError<D::Err>> {
        let before = Self::read(module);
        // dfdx tells only its own optimizers whether a tensor has a gradient: one of them asks, at rate 0, and what it
        // wrote is overwritten.
        let asked = Sgd::new(module, SgdConfig { lr: 0.0, momentum: None, weight_decay: None })
            .update(module, gradients);
        let scales = chain(&before).and_then(|layers| Ok(path_scales(&layers)?));
        let scales = match (asked, scales) {
            (Ok(()), Ok(scales)) => scales,
            (asked, scales) => {
                self.refused = scales.err();
                Self::write(module, before, None);
                return asked;
            }
        };
        let log2_factor = scales.log2_factor - self.cfg.log2_reference;
        let in_order: Vec<Vec<f64>> =
            scales.layers.into_iter().flat_map(|l| std::iter::once(l.weight).chain(l.bias)).collect();
        let step = Step { gradients, scales: in_order.into_iter(), log2_factor, cfg: self.cfg, failed: None };
        self.refused = Self::write(module, before, Some(step));
        Ok(())
    }
}
