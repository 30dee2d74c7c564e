//! With one input a step, layer norm of the product with the weights leaves the sign of the input alone.

use norm_core::conformance::{difference, largest, relative_difference};

use crate::dense::Dense;
use crate::draw::Draw;
use crate::norm::Norm;
use crate::probe::{Probe, Values};

const UNITS: usize = 24;
/// Grey levels of a pixel; with a sign, inputs.
const LEVELS: i32 = 16;

pub(crate) const PROBE: Probe = Probe {
    id: "one-input-sign",
    about: "W x with a single input x, 24 units, no bias. Layer norm: its difference from sign(x) LN(W), and how far it moves as x \
            goes from 1/16 to 16/16, with epsilon 0 and 1e-5. Batch norm over such x: its difference from the sign of each \
            weight times x without its mean over its deviation.",
    find,
};

/// Inputs from 1/16 to 16/16 and their negatives.
fn pixels() -> Vec<f64> {
    (1..=LEVELS).flat_map(|i| [1, -1].map(|sign| f64::from(sign * i) / f64::from(LEVELS))).collect()
}

fn find() -> Values {
    let mut draw = Draw::new(127);
    // Of sizes from about 0.01 to 10.
    let w: Vec<f64> = (0..UNITS).map(|_| draw.normal().signum() * 10f64.powf(3.0 * draw.uniform() - 2.0)).collect();
    let x = pixels();
    let sums = |x: &[f64]| Dense { cases: x.len(), inputs: 1, units: UNITS }.sums(&w, x);

    let layer = |x: &[f64]| Norm::new("layer", x.len(), UNITS).exact().forward(&sums(x)).y;
    let of_weights = layer(&[1.0]);
    let signs: Vec<f64> = x.iter().flat_map(|x| of_weights.iter().map(move |y| x.signum() * y)).collect();
    // Weights of the size that a layer with a single input is given elsewhere.
    let small: Vec<f64> = draw.normals(UNITS, 0.1);
    let usual = |x: f64| {
        let z: Vec<f64> = small.iter().map(|w| w * x).collect();
        Norm::new("layer", 1, UNITS).forward(&z).y
    };
    let (dark, bright) = (1.0 / f64::from(LEVELS), 1.0);

    let positive: Vec<f64> = x.iter().copied().filter(|x| *x > 0.0).collect();
    let batch = Norm::new("batch", positive.len(), UNITS).exact().forward(&sums(&positive)).y;
    let mean = positive.iter().sum::<f64>() / positive.len() as f64;
    let deviation = (positive.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / positive.len() as f64).sqrt();
    let judged: Vec<f64> =
        positive.iter().flat_map(|x| w.iter().map(move |w| w.signum() * (x - mean) / deviation)).collect();
    let brightest = batch[batch.len() - UNITS..].iter().zip(&batch[..UNITS]).map(|(a, b)| (a - b).abs());

    Values::new()
        .with("layer", difference(&layer(&x), &signs))
        .with("layer_change", relative_difference(&layer(&[dark]), &layer(&[bright]), 0.0))
        .with("layer_change_default", relative_difference(&usual(dark), &usual(bright), 0.0))
        .with("batch", difference(&batch, &judged))
        .with("batch_change", largest(brightest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layer_norm_loses_the_size_and_batch_norm_keeps_it() {
        let found = find();
        assert!(found.get("layer") < 1e-10 && found.get("layer_change") < 1e-10, "{found:?}");
        assert!(found.get("batch") < 1e-10 && found.get("batch_change") > 1.0, "{found:?}");
        // An epsilon lets a little through.
        assert!(found.get("layer_change_default") > 1e-3, "{found:?}");
    }

    /// A bias before the norm brings the size back: what is measured is not that any output repeats.
    #[test]
    fn with_a_bias_the_size_is_seen() {
        let w = Draw::new(1).normals(UNITS, 1.0);
        let layer = |x: f64| {
            let z: Vec<f64> = w.iter().zip(0..).map(|(w, i)| w * x + f64::from(i % 3)).collect();
            Norm::new("layer", 1, UNITS).exact().forward(&z).y
        };
        assert!(difference(&layer(0.1), &layer(1.0)) > 0.1);
    }
}
