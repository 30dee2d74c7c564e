//! What moves the weights: dfdx's optimizers, told tensor by tensor, behind a limit on the norm of the whole gradient.

use dfdx::optim::{self, Momentum, Optimizer as _, UnusedTensors};
use dfdx::prelude::*;

use super::axes::Axes;

/// An optimizer that treats every tensor alike, whatever the model.
pub(crate) struct Each {
    rule: Rule,
    /// The largest L2 norm of the whole gradient; a larger one is scaled down to it.
    clip: Option<f64>,
}

enum Rule {
    Adam(optim::Adam<Nothing, f32, Cpu>),
    Sgd(optim::Sgd<Nothing, f32, Cpu>),
    RmsProp(optim::RMSprop<Nothing, f32, Cpu>),
    AdaGrad(AdaGrad),
}

/// Which optimizer, as the setting `optimizer` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Adam,
    Sgd,
    RmsProp,
    AdaGrad,
}

impl Kind {
    pub(crate) const CHOICES: [(&'static str, Self); 4] =
        [("adam", Self::Adam), ("sgd", Self::Sgd), ("rmsprop", Self::RmsProp), ("adagrad", Self::AdaGrad)];
}

/// Each component of a step is divided by the root of the sum of all its squared gradients so far (duchi2011adaptive).
struct AdaGrad {
    rate: f64,
    squares: Gradients<f32, Cpu>,
}

impl AdaGrad {
    /// Beside the root, so that a component that never had a gradient stays where it is.
    const EPS: f64 = 1e-10;

    fn tensor<S: Shape>(
        &mut self,
        t: &mut Tensor<S, f32, Cpu>,
        gradients: &Gradients<f32, Cpu>,
    ) -> Result<(), CpuError> {
        let slope = gradients.get(t).as_vec();
        let mut moved = t.as_vec();
        let squares = self.squares.get_or_alloc_mut(t)?;
        for ((w, g), sum) in moved.iter_mut().zip(slope).zip(squares.iter_mut()) {
            *sum += g * g;
            *w -= (self.rate * f64::from(g) / (f64::from(*sum).sqrt() + Self::EPS)) as f32;
        }
        t.copy_from(&moved);
        Ok(())
    }
}

/// A model without tensors: what dfdx's optimizers count their steps with here.
pub(crate) struct Nothing;

impl TensorCollection<f32, Cpu> for Nothing {
    type To<E2: Dtype, D2: Device<E2>> = Self;

    fn iter_tensors<V: ModuleVisitor<Self, f32, Cpu>>(visitor: &mut V) -> Result<Option<Self>, V::Err> {
        visitor.visit_fields((), |()| Self)
    }
}

impl Each {
    /// Adam with the usual settings.
    pub(crate) fn adam(lr: f64) -> Self {
        let config = optim::AdamConfig { lr, ..Default::default() };
        Self { rule: Rule::Adam(optim::Adam::new(&Nothing, config)), clip: None }
    }

    /// Plain steps.
    pub(crate) fn sgd(lr: f64) -> Self {
        Self::sgd_with(lr, None)
    }

    fn sgd_with(lr: f64, momentum: Option<f64>) -> Self {
        let momentum = momentum.map(Momentum::Classic);
        let config = optim::SgdConfig { lr, momentum, weight_decay: None };
        Self { rule: Rule::Sgd(optim::Sgd::new(&Nothing, config)), clip: None }
    }

    fn rms_prop(lr: f64, momentum: Option<f64>) -> Self {
        let config = optim::RMSpropConfig { lr, momentum, ..Default::default() };
        Self { rule: Rule::RmsProp(optim::RMSprop::new(&Nothing, config)), clip: None }
    }

    /// One of this kind, with the settings `momentum` and `clip`.
    ///
    /// # Errors
    ///
    /// In words, for a setting outside its domain or one that the optimizer does not have.
    pub(crate) fn of_kind(kind: Kind, axes: &Axes<'_>, lr: f64) -> Result<Self, String> {
        let momentum = if matches!(kind, Kind::Adam | Kind::AdaGrad) {
            None // not asked for, so that a momentum beside them is refused
        } else {
            axes.number("momentum", "from 0 to below 1", |v: f64| (0.0..1.0).contains(&v))?
        };
        let mut each = match kind {
            Kind::Adam => Self::adam(lr),
            Kind::Sgd => Self::sgd_with(lr, momentum),
            Kind::RmsProp => Self::rms_prop(lr, momentum),
            Kind::AdaGrad => {
                let rule = AdaGrad { rate: lr, squares: Gradients::leaky() };
                Self { rule: Rule::AdaGrad(rule), clip: None }
            }
        };
        each.clip = axes.positive("clip")?;
        Ok(each)
    }

    /// Counts the step, of which each tensor is told by [`tensor`](Self::tensor).
    pub(crate) fn count(&mut self, gradients: &Gradients<f32, Cpu>) -> Result<(), String> {
        let counted = match &mut self.rule {
            Rule::Adam(adam) => adam.update(&mut Nothing, gradients),
            Rule::Sgd(sgd) => sgd.update(&mut Nothing, gradients),
            Rule::RmsProp(rms) => rms.update(&mut Nothing, gradients),
            Rule::AdaGrad(_) => return Ok(()),
        };
        counted.map_err(|e| format!("{e:?}"))
    }

    /// Moves one tensor along its gradient.
    pub(crate) fn tensor<S: Shape>(
        &mut self,
        options: TensorOptions<S, f32, Cpu>,
        t: &mut Tensor<S, f32, Cpu>,
        gradients: &Gradients<f32, Cpu>,
        unused: &mut UnusedTensors,
    ) -> Result<(), CpuError> {
        macro_rules! step {
            ($rule:ident) => {{
                let mut one = ($rule, gradients, std::mem::take(unused));
                one.visit(options, t)?;
                *unused = one.2;
            }};
        }
        match &mut self.rule {
            Rule::Adam(rule) => step!(rule),
            Rule::Sgd(rule) => step!(rule),
            Rule::RmsProp(rule) => step!(rule),
            Rule::AdaGrad(rule) if options.do_gradient_update => rule.tensor(t, gradients)?,
            Rule::AdaGrad(_) => {}
        }
        Ok(())
    }

    /// Moves the trained tensors of a model.
    pub(crate) fn step(
        &mut self,
        model: &mut impl Trained,
        gradients: &mut Gradients<f32, Cpu>,
    ) -> Result<(), String> {
        if let Some(limit) = self.clip {
            let mut squares = SumOfSquares { gradients, sum: 0.0 };
            model.visit(&mut squares)?;
            let norm = squares.sum.sqrt();
            if norm > limit {
                model.visit(&mut Scale { gradients, factor: (limit / norm) as f32 })?;
            }
        }
        self.count(gradients)?;
        let mut step = Step { each: self, gradients, unused: UnusedTensors::default() };
        model.visit(&mut step)?;
        if step.unused.is_empty() { Ok(()) } else { Err(format!("no gradient of {:?}", step.unused)) }
    }
}

/// A model whose trained tensors can be visited, always in the same order.
pub(crate) trait Trained {
    fn visit<V: Visitor>(&mut self, visitor: &mut V) -> Result<(), String>;
}

/// What is done with each trained tensor.
pub(crate) trait Visitor {
    fn tensor<S: ConstShape>(&mut self, t: &mut Tensor<S, f32, Cpu>) -> Result<(), CpuError>;
}

struct SumOfSquares<'a> {
    gradients: &'a mut Gradients<f32, Cpu>,
    sum: f64,
}

impl Visitor for SumOfSquares<'_> {
    fn tensor<S: ConstShape>(&mut self, t: &mut Tensor<S, f32, Cpu>) -> Result<(), CpuError> {
        let slope = self.gradients.get_or_alloc_mut(t)?;
        self.sum += slope.iter().map(|v| f64::from(*v) * f64::from(*v)).sum::<f64>();
        Ok(())
    }
}

struct Scale<'a> {
    gradients: &'a mut Gradients<f32, Cpu>,
    factor: f32,
}

impl Visitor for Scale<'_> {
    fn tensor<S: ConstShape>(&mut self, t: &mut Tensor<S, f32, Cpu>) -> Result<(), CpuError> {
        let factor = self.factor;
        self.gradients.get_or_alloc_mut(t)?.iter_mut().for_each(|v| *v *= factor);
        Ok(())
    }
}

struct Step<'a> {
    each: &'a mut Each,
    gradients: &'a Gradients<f32, Cpu>,
    unused: UnusedTensors,
}

impl Visitor for Step<'_> {
    fn tensor<S: ConstShape>(&mut self, t: &mut Tensor<S, f32, Cpu>) -> Result<(), CpuError> {
        self.each.tensor(TensorOptions::reset_to_zeros(), t, self.gradients, &mut self.unused)
    }
}

/// Multiplies all gradients of a model.
pub(crate) fn scale(
    model: &mut impl Trained,
    gradients: &mut Gradients<f32, Cpu>,
    factor: f64,
) -> Result<(), String> {
    model.visit(&mut Scale { gradients, factor: factor as f32 })
}

/// Makes the gradients that are missing and lets none but those of trained tensors outlive a backward pass; before the first
/// of several batches for an update they are set to zero.
pub(crate) fn prepare(
    model: &mut impl Trained,
    gradients: &mut Gradients<f32, Cpu>,
    first: bool,
) -> Result<(), String> {
    struct Prepare<'a> {
        gradients: &'a mut Gradients<f32, Cpu>,
        first: bool,
        /// Lists ids: outside dfdx nothing else reads the id of a tensor.
        kept: UnusedTensors,
    }
    impl Visitor for Prepare<'_> {
        fn tensor<S: ConstShape>(&mut self, t: &mut Tensor<S, f32, Cpu>) -> Result<(), CpuError> {
            let slope = self.gradients.get_or_alloc_mut(t)?;
            if self.first {
                slope.fill(0.0);
            }
            self.kept.add(t);
            Ok(())
        }
    }
    let mut prepare = Prepare { gradients, first, kept: UnusedTensors::default() };
    model.visit(&mut prepare)?;
    let ids = prepare.kept.ids;
    gradients.retain_leafs(&ids);
    Ok(())
}

/// The L2 norm of the whole gradient.
pub(crate) fn norm(model: &mut impl Trained, gradients: &mut Gradients<f32, Cpu>) -> Result<f64, String> {
    let mut squares = SumOfSquares { gradients, sum: 0.0 };
    model.visit(&mut squares)?;
    Ok(squares.sum.sqrt())
}
