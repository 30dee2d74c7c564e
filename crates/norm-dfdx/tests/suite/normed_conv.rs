//! Convolutions with normalized weights against references written here, the composed path and central differences.

use dfdx::optim::{Sgd, SgdConfig};
use dfdx::prelude::*;
use norm_core::Formula;
use norm_core::conformance::{difference, largest};
use norm_cosine::{CentredCosineNorm, CosineNorm};
use norm_dfdx::image_op::{Images, KERNEL};
use norm_dfdx::{Composed, FixedGain, Fused, NormedConv, NormedConvLayer};
use norm_weight::{ExpWeightNorm, WeightNorm};
use norm_weight_standardization::WeightStandardization;

const I: usize = 2;
const O: usize = 3;
const FAN_IN: usize = I * KERNEL * KERNEL;
const GAIN: [f64; O] = [0.5, -1.5, 2.0];

fn unit(v: &[f64]) -> Vec<f64> {
    let norm = v.iter().map(|v| v * v).sum::<f64>().sqrt();
    v.iter().map(|v| v / norm).collect()
}

fn centred(v: &[f64]) -> Vec<f64> {
    let mean = v.iter().sum::<f64>() / v.len() as f64;
    v.iter().map(|v| v - mean).collect()
}

fn standardized(v: &[f64]) -> Vec<f64> {
    let v = centred(v);
    let deviation = (v.iter().map(|v| v * v).sum::<f64>() / (v.len() - 1) as f64).sqrt();
    v.iter().map(|v| v / (deviation + 1e-5)).collect()
}

/// What a position and its neighbours hold, in the order of a kernel's weights, 0 beyond the border.
fn patch(x: &Images<I, f64, Cpu>, n: usize, row: usize, column: usize) -> Vec<f64> {
    let (_, _, height, width) = *x.shape();
    let mut patch = Vec::new();
    for (i, ky, kx) in
        (0..I).flat_map(|i| (0..KERNEL).flat_map(move |ky| (0..KERNEL).map(move |kx| (i, ky, kx))))
    {
        let (r, c) = ((row + ky).wrapping_sub(1), (column + kx).wrapping_sub(1));
        patch.push(if r < height && c < width { x[[n, i, r, c]] } else { 0.0 });
    }
    patch
}

type Layer<F, P> = NormedConvLayer<F, I, O, f64, Cpu, P>;

/// Both paths against the reference, and the gradients of both against central differences.
macro_rules! judge {
    ($formula:ty, $gained:expr, $weights:expr, $patch:expr) => {{
        let dev = Cpu::seed_from_u64(1);
        let mut fused = dev.build_module::<NormedConv<$formula, I, O>, f64>();
        fused.gain_mut().copy_from(&GAIN);
        let mut composed = dev.build_module::<NormedConv<$formula, I, O, Composed>, f64>();
        composed.weight = fused.weight.clone();
        composed.bias = fused.bias.clone();
        *composed.gain_mut() = fused.gain().clone();
        for (height, width) in [(3, 4), (1, 2)] {
            let x: Images<I, f64, Cpu> = dev.sample_normal_like(&(2, Const, height, width));
            let (weight, bias) = (fused.weight.as_vec(), fused.bias.as_vec());
            let mut want = Vec::new();
            for (n, o, row, column) in (0..2).flat_map(|n| {
                (0..O).flat_map(move |o| (0..height).flat_map(move |r| (0..width).map(move |c| (n, o, r, c))))
            }) {
                let (w, p): (Vec<f64>, Vec<f64>) =
                    ($weights(&weight[o * FAN_IN..][..FAN_IN]), $patch(&patch(&x, n, row, column)));
                want.push($gained(GAIN[o]) * w.iter().zip(&p).map(|(w, p)| w * p).sum::<f64>() + bias[o]);
            }
            assert!(difference(&fused.forward(x.clone()).as_vec(), &want) < 1e-12);
            assert!(difference(&composed.forward(x.clone()).as_vec(), &want) < 1e-12);
            agree_with_central_differences(&fused, &x);
            agree_with_central_differences(&composed, &x);
        }
    }};
}

fn agree_with_central_differences<F: Formula, P: norm_dfdx::Path<f64, Cpu>>(
    layer: &Layer<F, P>,
    x: &Images<I, f64, Cpu>,
) {
    let loss = |layer: &Layer<F, P>, x: &Images<I, f64, Cpu>| {
        layer.forward(x.leaky_trace()).tanh().square().sum::<Rank0, _>()
    };
    let g = loss(layer, x).backward();
    let off = |name: &str, at: Vec<f64>, gradient: Vec<f64>, f: &dyn Fn(&[f64]) -> f64| {
        let slope = |i: usize| {
            let moved = |by: f64| {
                let mut to = at.clone();
                to[i] += by;
                f(&to)
            };
            (moved(1e-6) - moved(-1e-6)) / 2e-6
        };
        let apart = largest(gradient.iter().enumerate().map(|(i, g)| (slope(i) - g).abs()));
        assert!(apart < 1e-7, "{}, {name}: {apart:e}", F::DESCRIPTOR.id);
        assert!(gradient.iter().any(|g| g.abs() > 1e-3), "{}, {name}: no gradient", F::DESCRIPTOR.id);
    };
    let with = |change: &dyn Fn(&mut Layer<F, P>)| {
        let mut moved = layer.clone();
        change(&mut moved);
        loss(&moved, x).array()
    };
    off("weights", layer.weight.as_vec(), g.get(&layer.weight).as_vec(), &|v| {
        with(&|l| l.weight.copy_from(v))
    });
    off("bias", layer.bias.as_vec(), g.get(&layer.bias).as_vec(), &|v| with(&|l| l.bias.copy_from(v)));
    off("gain", layer.gain().as_vec(), g.get(layer.gain()).as_vec(), &|v| {
        with(&|l| l.gain_mut().copy_from(v))
    });
    off("images", x.as_vec(), g.get(x).as_vec(), &|v| {
        loss(layer, &x.device().tensor_from_vec(v.to_vec(), *x.shape())).array()
    });
}

#[test]
fn weights_of_a_channel_are_divided_by_their_norm() {
    judge!(WeightNorm, |g: f64| g, unit, <[f64]>::to_vec);
    judge!(ExpWeightNorm, f64::exp, unit, <[f64]>::to_vec);
}

#[test]
fn weights_of_a_channel_are_standardized() {
    judge!(WeightStandardization, |g: f64| g, standardized, <[f64]>::to_vec);
}

#[test]
fn a_cosine_divides_each_patch_too() {
    judge!(CosineNorm, |g: f64| g, unit, unit);
}

#[test]
fn a_centred_cosine_centres_both() {
    let both = |v: &[f64]| unit(&centred(v));
    judge!(CentredCosineNorm, |g: f64| g, both, both);
}

/// Blank patches have no direction: only the bias is left, and no gradient is NaN.
#[test]
fn blank_images_give_the_bias() {
    let dev = Cpu::seed_from_u64(2);
    let layer = dev.build_module::<NormedConv<CosineNorm, I, O>, f32>();
    let x: Images<I, f32, Cpu> = dev.zeros_like(&(1, Const, 3, 3));
    let y = layer.forward(x.leaky_trace());
    let bias = layer.bias.as_vec();
    assert_eq!(y.as_vec(), (0..O * 9).map(|at| bias[at / 9]).collect::<Vec<_>>());
    let g = y.square().sum::<Rank0, _>().backward();
    assert!(g.get(&x).as_vec().iter().chain(&g.get(&layer.weight).as_vec()).all(|g| *g == 0.0));
}

#[test]
fn a_fixed_gain_stays_and_everything_is_saved() {
    type Fixed = NormedConv<WeightNorm, I, O, Fused, FixedGain>;
    let dev = Cpu::seed_from_u64(3);
    let mut layer = dev.build_module::<Fixed, f32>();
    layer.gain_mut().copy_from(&[0.5, 2.0, 3.0]);
    let x: Images<I, f32, Cpu> = dev.sample_normal_like(&(2, Const, 4, 4));
    let before = (layer.weight.as_vec(), layer.gain().as_vec());
    let mut sgd = Sgd::new(&layer, SgdConfig { lr: 0.1, momentum: None, weight_decay: None });
    let g = layer.forward(x.trace(layer.alloc_grads())).square().sum::<Rank0, _>().backward();
    sgd.update(&mut layer, &g).unwrap();
    assert_ne!(layer.weight.as_vec(), before.0);
    assert_eq!(layer.gain().as_vec(), before.1);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("layer.safetensors");
    layer.save_safetensors(&path).unwrap();
    let mut other = dev.build_module::<Fixed, f32>();
    other.load_safetensors(&path).unwrap();
    assert_eq!(other.forward(x.clone()).as_vec(), layer.forward(x).as_vec());
}
