//! Weight normalization with gain 1 on inputs of unit length is cosine normalization.

use norm_core::conformance::{difference, largest};

use crate::cosine::CosineLayer;
use crate::dense::{Dense, length};
use crate::draw::Draw;
use crate::norm::Norm;
use crate::probe::{Probe, Values};
use crate::softmax::cross_entropy;

const FIRST: Dense = Dense { cases: 50, inputs: 10, units: 16 };
const SECOND: Dense = Dense { cases: 50, inputs: 16, units: 4 };
const STEPS: usize = 50;
const RATE: f64 = 0.5;
/// Of the logits, that the loss can fall.
const SCALE: f64 = 5.0;

pub(crate) const PROBE: Probe = Probe {
    id: "weight-cosine-identity",
    about: "Two layers, 10-16-4 with tanh, 50 cases, softmax of 5 times the sums: once with cosine norm, once with weight norm of \
            gain 1 on inputs that were brought to unit length. Largest difference of outputs before training, and of losses \
            over 50 gradient steps from the same start.",
    find: || find(1.0),
};

/// A layer forward and backward: sums, and gradients at weights and inputs.
trait Layer {
    fn sums(&self, w: &[f64], x: &[f64]) -> Vec<f64>;
    fn backward(&self, w: &[f64], x: &[f64], dz: &[f64]) -> (Vec<f64>, Vec<f64>);
}

impl Layer for CosineLayer {
    fn sums(&self, w: &[f64], x: &[f64]) -> Vec<f64> {
        CosineLayer::sums(self, w, x)
    }
    fn backward(&self, w: &[f64], x: &[f64], dz: &[f64]) -> (Vec<f64>, Vec<f64>) {
        CosineLayer::backward(self, w, x, dz)
    }
}

/// Weight norm over inputs that are brought to unit length in plain loops.
struct OnUnitInputs {
    sizes: Dense,
    norm: Norm,
}

impl OnUnitInputs {
    fn new(sizes: Dense, gain: f64) -> Self {
        Self { sizes, norm: Norm::new("weight", sizes.units, sizes.inputs).with_param("gain", gain) }
    }

    fn unit(&self, x: &[f64]) -> Vec<f64> {
        x.chunks_exact(self.sizes.inputs)
            .flat_map(|x| {
                let size = length(x);
                x.iter().map(move |x| x / size)
            })
            .collect()
    }
}

impl Layer for OnUnitInputs {
    fn sums(&self, w: &[f64], x: &[f64]) -> Vec<f64> {
        self.sizes.sums(&self.norm.forward(w).y, &self.unit(x))
    }
    fn backward(&self, w: &[f64], x: &[f64], dz: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let (weights, unit) = (self.norm.forward(w), self.unit(x));
        let dw = self.norm.backward(w, &weights.statistics, &self.sizes.to_weights(&unit, dz)).x;
        let du = self.sizes.to_inputs(&weights.y, dz);
        let mut dx = Vec::with_capacity(x.len());
        let n = self.sizes.inputs;
        for ((x, u), du) in x.chunks_exact(n).zip(unit.chunks_exact(n)).zip(du.chunks_exact(n)) {
            let along: f64 = u.iter().zip(du).map(|(u, du)| u * du).sum();
            dx.extend(u.iter().zip(du).map(|(u, du)| (du - along * u) / length(x)));
        }
        (dw, dx)
    }
}

/// Logits before training, and the loss at every step of it.
fn train(first: &dyn Layer, second: &dyn Layer) -> (Vec<f64>, Vec<f64>) {
    let mut draw = Draw::new(151);
    let x = draw.normals(FIRST.cases * FIRST.inputs, 1.0);
    let labels: Vec<usize> = (0..FIRST.cases).map(|_| draw.below(SECOND.units)).collect();
    let mut w1 = draw.normals(FIRST.units * FIRST.inputs, 0.3);
    let mut w2 = draw.normals(SECOND.units * SECOND.inputs, 0.3);
    let (mut start, mut losses) = (Vec::new(), Vec::new());
    for step in 0..STEPS {
        let hidden: Vec<f64> = first.sums(&w1, &x).iter().map(|z| z.tanh()).collect();
        let logits: Vec<f64> = second.sums(&w2, &hidden).iter().map(|z| SCALE * z).collect();
        let (loss, dlogits) = cross_entropy(&logits, &labels);
        losses.push(loss);
        let dz: Vec<f64> = dlogits.iter().map(|d| SCALE * d).collect();
        let (dw2, dhidden) = second.backward(&w2, &hidden, &dz);
        let dz: Vec<f64> = dhidden.iter().zip(&hidden).map(|(d, h)| d * (1.0 - h * h)).collect();
        let (dw1, _) = first.backward(&w1, &x, &dz);
        for (w, dw) in [(&mut w1, dw1), (&mut w2, dw2)] {
            w.iter_mut().zip(dw).for_each(|(w, dw)| *w -= RATE * dw);
        }
        if step == 0 {
            start = logits;
        }
    }
    (start, losses)
}

fn find(gain: f64) -> Values {
    let cosine = train(&CosineLayer::new("cosine", FIRST), &CosineLayer::new("cosine", SECOND));
    let weight = train(&OnUnitInputs::new(FIRST, gain), &OnUnitInputs::new(SECOND, gain));
    let fall = cosine.1[0] - cosine.1[STEPS - 1];
    Values::new()
        .with("outputs", difference(&cosine.0, &weight.0))
        .with("losses", largest(cosine.1.iter().zip(&weight.1).map(|(a, b)| (a - b).abs())))
        .with("fall", fall)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_gain_is_another_method() {
        let found = find(1.0);
        assert!(found.get("outputs") < 1e-10 && found.get("losses") < 1e-8, "{found:?}");
        // Two nets that do not learn would agree too.
        assert!(found.get("fall") > 0.1, "{found:?}");
        let other = find(1.1);
        assert!(other.get("outputs") > 1e-2 && other.get("losses") > 1e-3, "{other:?}");
    }
}
