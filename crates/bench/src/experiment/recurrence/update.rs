//! What moves the weights of a recurrence: an optimizer that treats every tensor alike, or one that knows of paths.

use dfdx::prelude::*;
use norm_dfdx::{Moved, PathSgdConfig, RecurrentNet};
use sequence::{Cell, CellKind};

use super::super::answer::Answer;
use super::super::axes::Axes;
use super::super::optimizer::{Each, Kind};
use super::Layers;

pub(super) enum Update {
    Each(Box<Each>),
    /// Plain steps divided by path scales (neyshabur2016path), over so many steps, from the last or from each of them.
    Path {
        config: PathSgdConfig,
        steps: usize,
        every_step: bool,
    },
}

impl Update {
    /// The one that the setting `optimizer` names, which is `path-sgd` or one that [`Each`] has.
    ///
    /// # Errors
    ///
    /// In words, for a setting outside its domain, and for a recurrence that paths do not lead through.
    pub(super) fn of(
        axes: &Axes<'_>,
        rate: f64,
        cell: &Cell<f32>,
        layers: usize,
        (steps, answer): (usize, Answer),
    ) -> Result<Self, String> {
        let [adam, sgd, rms, ada] = Kind::CHOICES.map(|(name, kind)| (name, Some(kind)));
        match axes.choice("optimizer", &[adam, sgd, rms, ada, ("path-sgd", None)])? {
            Some(None) => {
                let plain = cell.kind() == CellKind::RnnRelu && cell.slots().next().is_none();
                let start = axes.choice("start", &[("zero", false), ("learned", true)])?.unwrap_or(false);
                if !plain || layers > 1 || start {
                    return Err("the optimizer `path-sgd` is for one simple recurrence of rectified units that normalizes \
                                nothing and starts from zeros"
                        .to_owned());
                }
                let config = PathSgdConfig { lr: rate, ..PathSgdConfig::default() };
                Ok(Self::Path { config, steps, every_step: answer == Answer::Step })
            }
            other => {
                let each = Each::of_kind(other.flatten().unwrap_or(Kind::Adam), axes, rate)?;
                Ok(Self::Each(Box::new(each)))
            }
        }
    }

    /// Moves the weights; says why where it left them as they were.
    pub(super) fn step<const I: usize, const H: usize, const W: usize, const S: usize, const O: usize>(
        &mut self,
        layers: &mut Layers<I, H, W, S, O>,
        gradients: &mut Gradients<f32, Cpu>,
    ) -> Result<Option<String>, String> {
        match self {
            Self::Each(each) => each.step(layers, gradients).map(|()| None),
            Self::Path { config, steps, every_step } => {
                Ok(along_paths(layers, gradients, *config, (*steps, *every_step)))
            }
        }
    }
}

fn held<S: Shape>(t: &Tensor<S, f32, Cpu>, gradients: &Gradients<f32, Cpu>) -> Moved<f32> {
    Moved { values: t.as_vec(), gradient: gradients.get(t).as_vec() }
}

/// One step of Path-SGD. Weights without finite path scales are left as they are.
fn along_paths<const I: usize, const H: usize, const W: usize, const S: usize, const O: usize>(
    layers: &mut Layers<I, H, W, S, O>,
    gradients: &Gradients<f32, Cpu>,
    config: PathSgdConfig,
    (steps, every_step): (usize, bool),
) -> Option<String> {
    let Layers { first, read_out, .. } = layers;
    let Some(bias) = &mut first.bias else { return Some("the recurrence has no bias".to_owned()) };
    let mut net = RecurrentNet {
        inputs: I,
        steps,
        every_step,
        weight_ih: held(&first.ih, gradients),
        weight_hh: held(&first.hh, gradients),
        bias: held(bias, gradients),
        read_out: held(&read_out.weight, gradients),
        read_out_bias: held(&read_out.bias, gradients),
    };
    if let Err(refused) = config.step_recurrent(&mut net) {
        return Some(refused.to_string());
    }
    first.ih.copy_from(&net.weight_ih.values);
    first.hh.copy_from(&net.weight_hh.values);
    bias.copy_from(&net.bias.values);
    read_out.weight.copy_from(&net.read_out.values);
    read_out.bias.copy_from(&net.read_out_bias.values);
    None
}
