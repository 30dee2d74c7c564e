//! What moves the weights of a perceptron: an optimizer that treats every tensor alike, or one that knows of layers.

use dfdx::prelude::*;
use norms::updates::norm_path_sgd::{Dense, FLOOR, Layer, descend, path_scales};

use super::super::axes::Axes;
use super::super::optimizer::{Each, Kind};
use super::Layers;

pub(super) enum Update {
    Each(Each),
    /// Plain steps divided by path scales (neyshabur2015path).
    Path {
        rate: f64,
    },
}

impl Update {
    /// The one that the setting `optimizer` names, which is `path-sgd` or one that [`Each`] has.
    pub(super) fn of(axes: &Axes<'_>, rate: f64) -> Result<Self, String> {
        let [adam, sgd, rms, ada] = Kind::CHOICES.map(|(name, kind)| (name, Some(kind)));
        match axes.choice("optimizer", &[adam, sgd, rms, ada, ("path-sgd", None)])? {
            Some(None) => Ok(Self::Path { rate }),
            other => Ok(Self::Each(Each::of_kind(other.flatten().unwrap_or(Kind::Adam), axes, rate)?)),
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
            Self::Path { rate } => along_paths(layers, gradients, *rate),
        }
    }
}

/// Weights and biases of one layer with their gradients.
struct Held {
    weight: Vec<f32>,
    bias: Vec<f32>,
    of_weight: Vec<f32>,
    of_bias: Vec<f32>,
    inputs: usize,
}

impl Held {
    fn of<const C: usize, const W: usize>(
        layer: &modules::Linear<C, W, f32, Cpu>,
        gradients: &Gradients<f32, Cpu>,
    ) -> Self {
        Self {
            weight: layer.weight.as_vec(),
            bias: layer.bias.as_vec(),
            of_weight: gradients.get(&layer.weight).as_vec(),
            of_bias: gradients.get(&layer.bias).as_vec(),
            inputs: C,
        }
    }

    fn dense(&self) -> Layer<'_, f32> {
        let (weight, bias) = (&self.weight, Some(&self.bias[..]));
        Layer::Dense(Dense { weight, bias, inputs: self.inputs, outputs: self.bias.len() })
    }
}

/// One step of Path-SGD. Weights without finite path scales are left as they are.
fn along_paths<const I: usize, const H: usize, const O: usize>(
    layers: &mut Layers<I, H, O>,
    gradients: &Gradients<f32, Cpu>,
    rate: f64,
) -> Result<Option<String>, String> {
    let mut all = vec![Held::of(&layers.first.linear, gradients)];
    all.extend(layers.others.iter().map(|layer| Held::of(&layer.linear, gradients)));
    all.push(Held::of(&layers.read_out, gradients));
    let scales = match path_scales(&all.iter().map(Held::dense).collect::<Vec<_>>()) {
        Ok(scales) => scales,
        Err(e) => return Ok(Some(e.to_string())),
    };
    // The factor stands for what the scales really are, so that a rate means the same at every step.
    let factor = scales.log2_factor;
    for (held, of) in all.iter_mut().zip(&scales.layers) {
        let of_bias = of.bias.as_deref().unwrap_or_default();
        let moved = descend(&mut held.weight, &held.of_weight, &of.weight, factor, rate, FLOOR)
            .and_then(|()| descend(&mut held.bias, &held.of_bias, of_bias, factor, rate, FLOOR));
        if let Err(e) = moved {
            return Ok(Some(e.to_string()));
        }
    }
    put(&mut layers.first.linear, &all[0]);
    for (layer, held) in layers.others.iter_mut().zip(&all[1..]) {
        put(&mut layer.linear, held);
    }
    put(&mut layers.read_out, &all[all.len() - 1]);
    Ok(None)
}

fn put<const C: usize, const W: usize>(layer: &mut modules::Linear<C, W, f32, Cpu>, held: &Held) {
    layer.weight.copy_from(&held.weight);
    layer.bias.copy_from(&held.bias);
}
