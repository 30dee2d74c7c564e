//! A start out of balance: the same function by other weights.

use dfdx::prelude::*;

use super::super::start::Draws;
use super::Layers;

/// Units are thrown out of balance by factors up to this, and down to its inverse.
const LARGEST: f64 = 10.0;

/// Multiplies what leads to each hidden unit by a factor, drawn evenly on a logarithmic scale, and divides what leads on by it: of
/// ReLU units the network stays the same function (neyshabur2015path).
pub(super) fn unbalance<const I: usize, const H: usize, const O: usize>(
    layers: &mut Layers<I, H, O>,
    draws: &mut Draws,
) {
    let mut factors = || -> Vec<f32> {
        draws.uniform(H, LARGEST.ln()).into_iter().map(|v| f64::from(v).exp() as f32).collect()
    };
    let mut of_layer = factors();
    into(&mut layers.first.linear, &of_layer);
    for layer in &mut layers.others {
        out_of(&mut layer.linear.weight, &of_layer);
        of_layer = factors();
        into(&mut layer.linear, &of_layer);
    }
    out_of(&mut layers.read_out.weight, &of_layer);
}

/// Multiplies the weights and the bias that lead to each unit.
fn into<const C: usize, const H: usize>(layer: &mut modules::Linear<C, H, f32, Cpu>, factors: &[f32]) {
    let rows = layer.weight.as_vec();
    let rows: Vec<f32> = rows.iter().enumerate().map(|(i, w)| w * factors[i / C]).collect();
    layer.weight.copy_from(&rows);
    let bias: Vec<f32> = layer.bias.as_vec().iter().zip(factors).map(|(b, f)| b * f).collect();
    layer.bias.copy_from(&bias);
}

/// Divides the weights that lead on from each unit.
fn out_of<const H: usize, const W: usize>(weight: &mut Tensor<Rank2<W, H>, f32, Cpu>, factors: &[f32]) {
    let rows = weight.as_vec();
    let rows: Vec<f32> = rows.iter().enumerate().map(|(i, w)| w / factors[i % H]).collect();
    weight.copy_from(&rows);
}
