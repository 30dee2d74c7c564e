//! ReLU nets in training, feed-forward and recurrent, by plain gradient steps and by those of Path-SGD.

use norm_path_sgd::{
    Dense as PathLayer, FLOOR, Layer, Loss, Recurrent, descend, path_scales, recurrent_scales, second_term,
};
use sequence::CellKind;

use crate::dense::{Dense, length};
use crate::draw::Draw;
use crate::recurrent::{Net, Start};
use crate::softmax::cross_entropy;

/// What divides a step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Update {
    /// Nothing.
    Sgd,
    /// The path scales, of a recurrent net the first term of them.
    PathSgd,
    /// The path scales with all their terms.
    Exact,
}

/// A net whose units can be rescaled without a change of what it computes, in training.
pub(crate) trait ReluNet: Clone {
    fn output(&self) -> Vec<f64>;
    /// A copy whose hidden units are scaled, each by a factor of its own from `factor`.
    fn rescaled(&self, factor: &mut dyn FnMut() -> f64) -> Self;
    /// One step on the loss; gives the loss before it.
    fn step(&mut self, update: Update, rate: f64) -> f64;
}

/// Plain steps, or those that the scales divide.
fn descended(parameters: &mut [f64], gradient: &[f64], scales: Option<(&[f64], i64)>, rate: f64) {
    match scales {
        None => parameters.iter_mut().zip(gradient).for_each(|(w, g)| *w -= rate * g),
        Some((scales, log2_factor)) => descend(parameters, gradient, scales, log2_factor, rate, FLOOR)
            .expect("scales of the net's own parameters"),
    }
}

/// Dense layers with ReLUs between them, one batch and its labels.
#[derive(Clone)]
pub(crate) struct Mlp {
    widths: Vec<usize>,
    weights: Vec<Vec<f64>>,
    biases: Vec<Vec<f64>>,
    x: Vec<f64>,
    labels: Vec<usize>,
}

impl Mlp {
    /// A balanced net, weights of variance 2 over the fan-in, and cases drawn around a centre for each class.
    pub(crate) fn new(widths: &[usize], cases: usize, draw: &mut Draw) -> Self {
        let classes = widths[widths.len() - 1];
        let layers = widths.windows(2);
        let weights = layers.clone().map(|w| draw.normals(w[0] * w[1], (2.0 / w[0] as f64).sqrt())).collect();
        let biases = layers.map(|w| draw.normals(w[1], 0.1)).collect();
        let centres = draw.normals(classes * widths[0], 0.5);
        let labels: Vec<usize> = (0..cases).map(|_| draw.below(classes)).collect();
        let case = |label: usize, draw: &mut Draw| -> Vec<f64> {
            centres[label * widths[0]..][..widths[0]].iter().map(|c| c + draw.normal()).collect()
        };
        let x = labels.iter().flat_map(|label| case(*label, draw)).collect();
        Self { widths: widths.to_vec(), weights, biases, x, labels }
    }

    fn sizes(&self, layer: usize) -> Dense {
        Dense { cases: self.labels.len(), inputs: self.widths[layer], units: self.widths[layer + 1] }
    }

    /// What every layer takes, and the output.
    fn activities(&self) -> Vec<Vec<f64>> {
        let mut all = vec![self.x.clone()];
        for layer in 0..self.weights.len() {
            let sums = self.sizes(layer).sums(&self.weights[layer], &all[layer]);
            let z = sums.iter().zip(self.biases[layer].iter().cycle()).map(|(z, b)| z + b);
            let last = layer + 1 == self.weights.len();
            all.push(z.map(|z| if last { z } else { z.max(0.0) }).collect());
        }
        all
    }
}

impl ReluNet for Mlp {
    fn output(&self) -> Vec<f64> {
        self.activities().swap_remove(self.weights.len())
    }

    fn rescaled(&self, factor: &mut dyn FnMut() -> f64) -> Self {
        let mut copy = self.clone();
        for layer in 0..copy.weights.len() - 1 {
            let (inputs, units) = (copy.widths[layer], copy.widths[layer + 1]);
            for unit in 0..units {
                let c = factor();
                copy.weights[layer][unit * inputs..][..inputs].iter_mut().for_each(|w| *w *= c);
                copy.biases[layer][unit] *= c;
                copy.weights[layer + 1].iter_mut().skip(unit).step_by(units).for_each(|w| *w /= c);
            }
        }
        copy
    }

    fn step(&mut self, update: Update, rate: f64) -> f64 {
        let activities = self.activities();
        let depth = self.weights.len();
        let (loss, mut dz) = cross_entropy(&activities[depth], &self.labels);
        let mut gradients = Vec::new();
        for layer in (0..depth).rev() {
            let sizes = self.sizes(layer);
            let dw = sizes.to_weights(&activities[layer], &dz);
            let db: Vec<f64> =
                (0..sizes.units).map(|u| dz.iter().skip(u).step_by(sizes.units).sum()).collect();
            let dx = sizes.to_inputs(&self.weights[layer], &dz);
            dz = dx.iter().zip(&activities[layer]).map(|(d, a)| if *a > 0.0 { *d } else { 0.0 }).collect();
            gradients.push((dw, db));
        }
        gradients.reverse();
        let scales = (update != Update::Sgd).then(|| {
            let layer = |l: usize| {
                let (inputs, outputs) = (self.widths[l], self.widths[l + 1]);
                let (weight, bias) = (&self.weights[l][..], Some(&self.biases[l][..]));
                Layer::Dense(PathLayer { weight, bias, inputs, outputs })
            };
            path_scales(&(0..depth).map(layer).collect::<Vec<_>>()).expect("a net that has not diverged")
        });
        for (l, (dw, db)) in gradients.iter().enumerate() {
            let weight = scales.as_ref().map(|s| (&s.layers[l].weight[..], s.log2_factor));
            let bias = scales.as_ref().and_then(|s| Some((s.layers[l].bias.as_deref()?, s.log2_factor)));
            descended(&mut self.weights[l], dw, weight, rate);
            descended(&mut self.biases[l], db, bias, rate);
        }
        loss
    }
}

/// `relu(W_h h + W_x x + b)` over a sequence, read out at its end, one batch and its targets.
#[derive(Clone)]
pub(crate) struct Rnn {
    net: Net,
    readout: Vec<f64>,
    x: Vec<f64>,
    targets: Vec<f64>,
    cases: usize,
    units: usize,
    inputs: usize,
    outputs: usize,
}

impl Rnn {
    pub(crate) fn new(
        cases: usize,
        inputs: usize,
        units: usize,
        outputs: usize,
        steps: usize,
        draw: &mut Draw,
    ) -> Self {
        let mut net = Net::new(CellKind::RnnRelu, None, (cases, inputs, units), steps).drawn(draw);
        net.bias = draw.normals(units, 0.1);
        let readout = draw.normals(outputs * units, 1.0 / (units as f64).sqrt());
        let x = draw.normals(steps * cases * inputs, 1.0);
        let targets = draw.normals(cases * outputs, 1.0);
        Self { net, readout, x, targets, cases, units, inputs, outputs }
    }

    fn top(&self) -> Dense {
        Dense { cases: self.cases, inputs: self.units, units: self.outputs }
    }
}

impl ReluNet for Rnn {
    fn output(&self) -> Vec<f64> {
        let h = self.net.pass(&self.x, Start::default(), |h| vec![0.0; h.len()]).h;
        self.top().sums(&self.readout, &h)
    }

    fn rescaled(&self, factor: &mut dyn FnMut() -> f64) -> Self {
        let mut copy = self.clone();
        for unit in 0..self.units {
            let c = factor();
            copy.net.ih[unit * self.inputs..][..self.inputs].iter_mut().for_each(|w| *w *= c);
            copy.net.bias[unit] *= c;
            copy.net.hh[unit * self.units..][..self.units].iter_mut().for_each(|w| *w *= c);
            copy.net.hh.iter_mut().skip(unit).step_by(self.units).for_each(|w| *w /= c);
            copy.readout.iter_mut().skip(unit).step_by(self.units).for_each(|w| *w /= c);
        }
        copy
    }

    fn step(&mut self, update: Update, rate: f64) -> f64 {
        let (top, mut loss, mut dreadout) = (self.top(), 0.0, Vec::new());
        let passed = self.net.pass(&self.x, Start::default(), |h| {
            let y = top.sums(&self.readout, h);
            let off: Vec<f64> =
                y.iter().zip(&self.targets).map(|(y, t)| (y - t) / self.cases as f64).collect();
            loss = y.iter().zip(&self.targets).map(|(y, t)| (y - t).powi(2)).sum::<f64>()
                / (2 * self.cases) as f64;
            dreadout = top.to_weights(h, &off);
            top.to_inputs(&self.readout, &off)
        });
        let scales = (update != Update::Sgd).then(|| {
            let net = Recurrent {
                weight_ih: &self.net.ih,
                weight_hh: &self.net.hh,
                bias: Some(&self.net.bias),
                readout: Some(PathLayer {
                    weight: &self.readout,
                    bias: None,
                    inputs: self.units,
                    outputs: self.outputs,
                }),
                inputs: self.inputs,
                hidden: self.units,
                steps: self.x.len() / (self.cases * self.inputs),
                loss: Loss::LastStep,
            };
            let mut scales = recurrent_scales(&net).expect("a net that has not diverged");
            if update == Update::Exact {
                // Both under one factor.
                let (second, _) = second_term(&net).expect("a net that has not diverged");
                scales.weight_hh.iter_mut().zip(second).for_each(|(first, second)| *first += second);
            }
            scales
        });
        let s = scales.as_ref();
        let with = |part: &'static str| {
            let s = s?;
            let scales = match part {
                "ih" => &s.weight_ih,
                "hh" => &s.weight_hh,
                "bias" => s.bias.as_ref()?,
                _ => &s.readout.as_ref()?.weight,
            };
            Some((&scales[..], s.log2_factor))
        };
        descended(&mut self.net.ih, &passed.ih, with("ih"), rate);
        descended(&mut self.net.hh, &passed.hh, with("hh"), rate);
        descended(&mut self.net.bias, &passed.bias, with("bias"), rate);
        descended(&mut self.readout, &dreadout, with("readout"), rate);
        loss
    }
}

/// `κ₂` over `κ₁` of the recurrent weights of a drawn ReLU net, variance 1 over the number of units: the quotient of their
/// norms, and that of their sums.
pub(crate) fn second_over_first(hidden: usize, steps: usize, draw: &mut Draw) -> (f64, f64) {
    let deviation = 1.0 / (hidden as f64).sqrt();
    let (weight_ih, weight_hh) = (draw.normals(hidden, 1.0), draw.normals(hidden * hidden, deviation));
    let weight = draw.normals(hidden, deviation);
    let readout = Some(PathLayer { weight: &weight, bias: None, inputs: hidden, outputs: 1 });
    let net = Recurrent {
        weight_ih: &weight_ih,
        weight_hh: &weight_hh,
        bias: None,
        readout,
        inputs: 1,
        hidden,
        steps,
        loss: Loss::LastStep,
    };
    let first = recurrent_scales(&net).expect("a drawn net");
    // Both under one factor.
    let (second, log2_factor) = second_term(&net).expect("a drawn net");
    assert_eq!(log2_factor, first.log2_factor);
    let sum = |v: &[f64]| v.iter().sum::<f64>();
    (length(&second) / length(&first.weight_hh), sum(&second) / sum(&first.weight_hh))
}

/// The path norm's square by one pass, of dense layers with biases `(weight, bias, inputs, outputs)`.
pub(crate) fn path_norm_squared(layers: &[(Vec<f64>, Vec<f64>, usize, usize)]) -> f64 {
    let layers: Vec<Layer<'_, f64>> = layers
        .iter()
        .map(|(weight, bias, inputs, outputs)| {
            Layer::Dense(PathLayer { weight, bias: Some(bias), inputs: *inputs, outputs: *outputs })
        })
        .collect();
    path_scales(&layers).expect("layers that follow each other").norm.squared()
}
