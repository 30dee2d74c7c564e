//! The data-dependent start of weight normalization makes a batch normalized in every layer.

use norm_core::conformance::largest;

use crate::dense::Dense;
use crate::draw::Draw;
use crate::norm::Norm;
use crate::probe::{Probe, Values};

const CASES: usize = 200;
const WIDTH: usize = 32;
const LAYERS: usize = 8;

pub(crate) const PROBE: Probe = Probe {
    id: "data-start",
    about: "Eight ReLU layers of 32 units with weight norm, directions from N(0, 0.05²), gains and biases set layer by layer from \
            one batch of 200 cases; the batch goes through once more: largest mean of a unit's sum, largest distance of its \
            deviation from 1; and the same of the last layer with gain 1 and bias 0.",
    find,
};

/// Largest mean, and largest distance of a deviation from 1, over the columns of `[CASES][WIDTH]`.
fn moments(z: &[f64]) -> (f64, f64) {
    let column = |unit: usize| z.iter().skip(unit).step_by(WIDTH);
    let mean = |unit| column(unit).sum::<f64>() / CASES as f64;
    let deviation = |unit| {
        let mean = mean(unit);
        (column(unit).map(|z| (z - mean).powi(2)).sum::<f64>() / CASES as f64).sqrt()
    };
    (largest((0..WIDTH).map(|u| mean(u).abs())), largest((0..WIDTH).map(|u| (deviation(u) - 1.0).abs())))
}

struct Layer {
    direction: Vec<f64>,
    norm: Norm,
    bias: Vec<f64>,
}

impl Layer {
    fn sums(&self, x: &[f64]) -> Vec<f64> {
        let weights = self.norm.forward(&self.direction).y;
        let z = Dense { cases: CASES, inputs: WIDTH, units: WIDTH }.sums(&weights, x);
        z.iter().zip(self.bias.iter().cycle()).map(|(z, b)| z + b).collect()
    }
}

fn relu(z: &[f64]) -> Vec<f64> {
    z.iter().map(|z| z.max(0.0)).collect()
}

fn find() -> Values {
    let mut draw = Draw::new(136);
    let shift = draw.normals(WIDTH, 2.0);
    let batch: Vec<f64> =
        draw.normals(CASES * WIDTH, 3.0).iter().zip(shift.iter().cycle()).map(|(x, s)| x + s).collect();
    let fresh = |draw: &mut Draw| Layer {
        direction: draw.normals(WIDTH * WIDTH, 0.05),
        norm: Norm::new("weight", WIDTH, WIDTH),
        bias: vec![0.0; WIDTH],
    };
    let mut layers: Vec<Layer> = (0..LAYERS).map(|_| fresh(&mut draw)).collect();
    let unstarted = layers.iter().fold(batch.clone(), |x, layer| relu(&layer.sums(&x)));
    let unstarted = moments(&layers[LAYERS - 1].sums(&unstarted));

    let mut x = batch.clone();
    for layer in &mut layers {
        // The mean and the deviation of each unit over the batch, by the kernel that finds them.
        let statistics = Norm::new("batch", CASES, WIDTH).forward(&layer.sums(&x)).statistics;
        let (mean, variance) = statistics.split_at(WIDTH);
        let gain = layer.norm.param("gain");
        for unit in 0..WIDTH {
            let deviation = variance[unit].sqrt();
            gain[unit] = 1.0 / deviation;
            layer.bias[unit] = -mean[unit] / deviation;
        }
        x = relu(&layer.sums(&x));
    }

    let (mut mean, mut deviation) = (0.0f64, 0.0f64);
    let mut x = batch;
    for layer in &layers {
        let z = layer.sums(&x);
        let found = moments(&z);
        (mean, deviation) = (mean.max(found.0), deviation.max(found.1));
        x = relu(&z);
    }
    Values::new()
        .with("mean", mean)
        .with("deviation", deviation)
        .with("unstarted_mean", unstarted.0)
        .with("unstarted_deviation", unstarted.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_and_not_the_norm_does_it() {
        let found = find();
        assert!(found.get("mean") < 1e-10 && found.get("deviation") < 1e-10, "{found:?}");
        assert!(found.get("unstarted_deviation") > 0.1, "{found:?}");
    }
}
