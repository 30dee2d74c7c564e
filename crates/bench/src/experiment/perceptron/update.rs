//! What moves the weights of a perceptron: an optimizer that treats every tensor alike, or one that knows of layers.

use dfdx::prelude::*;
use norm_dfdx::{DenseLayer, PathSgdConfig};

use super::super::axes::Axes;
use super::super::optimizer::{Each, Kind};
use super::Layers;

pub(super) enum Update {
    Each(Box<Each>),
    /// Plain steps divided by path scales (neyshabur2015path).
    Path(PathSgdConfig),
}

impl Update {
    /// The one that the setting `optimizer` names, which is `path-sgd` or one that [`Each`] has.
    pub(super) fn of(axes: &Axes<'_>, rate: f64) -> Result<Self, String> {
        let [adam, sgd, rms, ada] = Kind::CHOICES.map(|(name, kind)| (name, Some(kind)));
        match axes.choice("optimizer", &[adam, sgd, rms, ada, ("path-sgd", None)])? {
            Some(None) => Ok(Self::Path(PathSgdConfig { lr: rate, ..PathSgdConfig::default() })),
            other => {
                let each = Each::of_kind(other.flatten().unwrap_or(Kind::Adam), axes, rate)?;
                Ok(Self::Each(Box::new(each)))
            }
        }
    }

    /// Moves the weights; says why where it left them as they were.
    pub(super) fn step<const I: usize, const H: usize, const O: usize>(
        &mut self,
        layers: &mut Layers<I, H, O>,
        gradients: &mut Gradients<f32, Cpu>,
    ) -> Result<Option<String>, String> {
        match self {
            Self::Each(each) => each.step(layers, gradients).map(|()| None),
            Self::Path(config) => Ok(along_paths(layers, gradients, *config)),
        }
    }
}

fn held<const C: usize, const W: usize>(
    layer: &modules::Linear<C, W, f32, Cpu>,
    gradients: &Gradients<f32, Cpu>,
) -> DenseLayer<f32> {
    DenseLayer {
        inputs: C,
        weight: layer.weight.as_vec(),
        bias: layer.bias.as_vec(),
        of_weight: gradients.get(&layer.weight).as_vec(),
        of_bias: gradients.get(&layer.bias).as_vec(),
    }
}

fn put<const C: usize, const W: usize>(layer: &mut modules::Linear<C, W, f32, Cpu>, moved: &DenseLayer<f32>) {
    layer.weight.copy_from(&moved.weight);
    layer.bias.copy_from(&moved.bias);
}

/// One step of Path-SGD. Weights without finite path scales are left as they are.
fn along_paths<const I: usize, const H: usize, const O: usize>(
    layers: &mut Layers<I, H, O>,
    gradients: &Gradients<f32, Cpu>,
    config: PathSgdConfig,
) -> Option<String> {
    let mut all = vec![held(&layers.first.linear, gradients)];
    all.extend(layers.others.iter().map(|layer| held(&layer.linear, gradients)));
    all.push(held(&layers.read_out, gradients));
    if let Err(refused) = config.step(&mut all) {
        return Some(refused.to_string());
    }
    put(&mut layers.first.linear, &all[0]);
    for (layer, moved) in layers.others.iter_mut().zip(&all[1..]) {
        put(&mut layer.linear, moved);
    }
    put(&mut layers.read_out, &all[all.len() - 1]);
    None
}
