//! Starts from other weights: larger ones, or the same function out of balance.

use dfdx::prelude::*;

use super::super::start::Draws;
use super::Layers;

/// Median factor by which a unit is thrown out of balance each time it is picked.
const FACTOR: f64 = 10.0;

/// In each hidden layer, half as many times as there are units, one is picked, with replacement; what leads to it is multiplied by a
/// log-normal factor and what leads on divided by it. Of ReLU units the network stays the same function (neyshabur2015path).
pub(super) fn unbalance<const I: usize, const H: usize, const O: usize>(
    layers: &mut Layers<I, H, O>,
    draws: &mut Draws,
) {
    let mut factors = || {
        let mut all = vec![1.0_f32; H];
        let picks = draws.uniform(H / 2, 0.5);
        for (pick, log) in picks.into_iter().zip(draws.normal(H / 2, 1.0)) {
            let unit = (f64::from(pick) + 0.5) * H as f64;
            all[(unit as usize).min(H - 1)] *= (FACTOR * f64::from(log).exp()) as f32;
        }
        all
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

/// Multiplies the weights of all hidden layers.
pub(super) fn scale<const I: usize, const H: usize, const O: usize>(
    layers: &mut Layers<I, H, O>,
    factor: f64,
) {
    let scaled = |w: Vec<f32>| w.into_iter().map(|w| (f64::from(w) * factor) as f32).collect::<Vec<f32>>();
    let first = &mut layers.first.linear.weight;
    first.copy_from(&scaled(first.as_vec()));
    for layer in &mut layers.others {
        let weight = &mut layer.linear.weight;
        weight.copy_from(&scaled(weight.as_vec()));
    }
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
