//! The convolutional network builds, trains, saves, loads and clones, and its own operations have the gradients that
//! central differences find.

use crate::common::learns;
use dfdx::prelude::*;
use models::{
    AtPositions, Conv, ConvNet, Error, Images, MaxPool, NormedConvNet, PositionConvNet, TwiceNormedConvNet,
};
use norm_dfdx::Norm;

fn images(dev: &Cpu) -> Images<1, f32, Cpu> {
    let v = (0..20 * 64).map(|i| ((i * 7919) % 17) as f32 / 16.0).collect();
    dev.tensor_from_vec(v, (20, Const, 8, 8))
}

#[test]
fn conv_net_with_methods_over_cases_within_a_case_and_none() {
    learns!(ConvNet<norm_batch::BatchNorm, 1, 6, 8, 4>, images, 4);
    learns!(ConvNet<norm_layer::LayerNorm, 1, 6, 8, 4>, images, 4);
    learns!(ConvNet<norm_none::None, 1, 6, 8, 4>, images, 4);
}

#[test]
fn conv_net_with_methods_at_the_weights_and_on_both_sides_of_them() {
    learns!(NormedConvNet<norm_weight::WeightNorm, 1, 6, 8, 4>, images, 4);
    learns!(NormedConvNet<norm_cosine::CosineNorm, 1, 6, 8, 4>, images, 4);
    learns!(TwiceNormedConvNet<norm_weight::WeightNorm, norm_layer::LayerNorm, 1, 6, 8, 4>, images, 4);
}

#[test]
fn conv_net_with_a_method_at_each_position() {
    learns!(PositionConvNet<norm_layer::LayerNorm, 1, 6, 8, 4>, images, 4);
}

#[test]
fn at_positions_a_layer_sees_the_channels_of_one_place() {
    let dev = Cpu::seed_from_u64(2);
    let layer = dev.build_module::<AtPositions<Norm<norm_layer::LayerNorm, 5>>, f64>();
    let x: Images<5, f64, Cpu> = dev.sample_normal_like(&(2, Const, 3, 4));
    let y = layer.forward(x.clone());
    for (n, row, column) in (0..2).flat_map(|n| (0..3).flat_map(move |r| (0..4).map(move |c| (n, r, c)))) {
        let of = |t: &Images<5, f64, Cpu>| (0..5).map(|c| t[[n, c, row, column]]).collect::<Vec<_>>();
        let case: Tensor<(usize, Const<5>), f64, Cpu> = dev.tensor_from_vec(of(&x), (1, Const));
        assert!(norm_core::conformance::difference(&of(&y), &layer.0.forward(case).as_vec()) < 1e-14);
    }
}

/// The largest difference between an analytic gradient and central differences of `f` at `at`.
fn off(f: impl Fn(&[f64]) -> f64, at: &[f64], gradient: &[f64]) -> f64 {
    let h = 1e-5;
    let differences = (0..at.len()).map(|i| {
        let (mut up, mut down) = (at.to_vec(), at.to_vec());
        up[i] += h;
        down[i] -= h;
        ((f(&up) - f(&down)) / (2.0 * h) - gradient[i]).abs()
    });
    norm_core::conformance::largest(differences)
}

#[test]
fn convolution_and_pooling_agree_with_central_differences() {
    let dev = Cpu::seed_from_u64(3);
    let conv = dev.build_module::<Conv<2, 3>, f64>();
    let shape = (2, Const::<2>, 5, 4);
    let x: Images<2, f64, Cpu> = dev.sample_normal_like(&shape);
    // Used twice, so that gradients have to add up.
    let loss = |conv: &models::ConvLayer<2, 3, f64, Cpu>, x: Images<2, f64, Cpu>| {
        let x = x.leaky_traced();
        let (x, tape) = x.split_tape();
        let once = MaxPool
            .pool(conv.convolve(x.clone().put_tape(tape)).unwrap())
            .unwrap()
            .square()
            .sum::<Rank0, _>();
        let twice = conv.convolve(x.leaky_traced()).unwrap().tanh().sum::<Rank0, _>();
        once + twice
    };
    let gradients = loss(&conv, x.clone()).backward();
    let of_x = |v: &[f64]| loss(&conv, dev.tensor_from_vec(v.to_vec(), shape)).array();
    assert!(off(of_x, &x.as_vec(), &gradients.get(&x).as_vec()) < 1e-7);
    let of_weight = |v: &[f64]| {
        let mut conv = conv.clone();
        conv.weight.copy_from(v);
        loss(&conv, x.clone()).array()
    };
    assert!(off(of_weight, &conv.weight.as_vec(), &gradients.get(&conv.weight).as_vec()) < 1e-7);
    let of_bias = |v: &[f64]| {
        let mut conv = conv.clone();
        conv.bias.copy_from(v);
        loss(&conv, x.clone()).array()
    };
    assert!(off(of_bias, &conv.bias.as_vec(), &gradients.get(&conv.bias).as_vec()) < 1e-7);
}

#[test]
fn convolution_is_the_sum_that_defines_it() {
    let dev = Cpu::seed_from_u64(4);
    let conv = dev.build_module::<Conv<2, 3>, f64>();
    for (height, width) in [(1, 1), (1, 4), (5, 3)] {
        let x: Images<2, f64, Cpu> = dev.sample_normal_like(&(2, Const, height, width));
        let y = conv.forward(x.clone());
        for (n, o, row, column) in (0..2).flat_map(|n| {
            (0..3).flat_map(move |o| (0..height).flat_map(move |r| (0..width).map(move |c| (n, o, r, c))))
        }) {
            let mut sum = conv.bias[[o]];
            for (i, ky, kx) in
                (0..2).flat_map(|i| (0..3).flat_map(move |ky| (0..3).map(move |kx| (i, ky, kx))))
            {
                let (r, c) = ((row + ky).wrapping_sub(1), (column + kx).wrapping_sub(1));
                if r < height && c < width {
                    sum += conv.weight[[o, i, ky, kx]] * x[[n, i, r, c]];
                }
            }
            assert!((y[[n, o, row, column]] - sum).abs() < 1e-12);
        }
    }
}

#[test]
fn images_too_small_to_pool_and_empty_batches_are_refused_with_their_sizes() {
    let dev = Cpu::default();
    let small: Images<1, f32, Cpu> = dev.zeros_like(&(3, Const, 1, 8));
    let error = MaxPool.pool(small).unwrap_err();
    assert!(matches!(error, Error::Images { .. }));
    assert_eq!(error.to_string(), "2 × 2 pooling got 3 images of 1 × 8, needs at least 1 of 2 × 2");
    let conv = dev.build_module::<Conv<1, 2>, f32>();
    let empty: Images<1, f32, Cpu> = dev.zeros_like(&(0, Const, 8, 8));
    assert!(conv.convolve(empty).is_err());
    let net = dev.build_module::<ConvNet<norm_batch::BatchNorm, 1, 2, 2, 2>, f32>();
    assert!(net.try_forward(dev.zeros_like(&(3, Const, 3, 8))).is_err());
}
