//! Linear layers with normalized weights: what they compute, how they train, and the plain networks they stand for.

use dfdx::optim::{Sgd, SgdConfig};
use dfdx::prelude::*;
use norm_batch::BatchNorm;
use norm_cosine::{CentredCosineNorm, CosineNorm};
use norm_dfdx::{Composed, Error, FixedGain, Fused, Norm, NormedLinear, fold};
use norm_layer::LayerNorm;
use norm_weight::{ExpWeightNorm, WeightNorm};
use norm_weight_standardization::WeightStandardization;

type Rows<const I: usize> = Tensor<(usize, Const<I>), f64, Cpu>;

fn rows<const I: usize>(dev: &Cpu, n: usize) -> Rows<I> {
    dev.sample_normal_like(&(n, Const))
}

fn gap(a: &[f64], b: &[f64]) -> f64 {
    norm_core::conformance::difference(a, b)
}

#[test]
fn it_starts_where_a_plain_layer_of_that_seed_does() {
    let plain = Cpu::seed_from_u64(7).build_module::<Linear<5, 3>, f32>();
    let dev = Cpu::seed_from_u64(7);
    let normed = dev.build_module::<NormedLinear<WeightNorm, 5, 3>, f32>();
    assert_eq!(normed.weight.as_vec(), plain.weight.as_vec());
    assert_eq!(normed.bias().unwrap().as_vec(), plain.bias.as_vec());
    assert_eq!(normed.gain().array(), [1.0; 3]);
    let exponential = dev.build_module::<NormedLinear<ExpWeightNorm, 5, 3>, f32>();
    assert_eq!(exponential.gain().array(), [0.0; 3]);
    let unbiased = dev.build_module::<NormedLinear<CosineNorm, 5, 3, Fused, FixedGain, false>, f32>();
    assert!(unbiased.bias().is_none());
    assert_eq!(unbiased.num_trainable_params(), 15);
    assert_eq!(normed.num_trainable_params(), 15 + 3 + 3);
}

#[test]
fn it_computes_the_formula_on_both_paths() {
    let dev = Cpu::seed_from_u64(1);
    let x = rows::<5>(&dev, 4);
    let unit = |v: &[f64]| {
        let norm = v.iter().map(|v| v * v).sum::<f64>().sqrt();
        v.iter().map(|v| v / norm).collect::<Vec<_>>()
    };
    let standardized = |v: &[f64]| {
        let n = v.len() as f64;
        let mean = v.iter().sum::<f64>() / n;
        let deviation = (v.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
        v.iter().map(|v| (v - mean) / (deviation + 1e-5)).collect::<Vec<_>>()
    };
    macro_rules! check {
        ($formula:ty, $gained:expr, $both:expr) => {
            check!($formula, $gained, $both, unit)
        };
        ($formula:ty, $gained:expr, $both:expr, $weights:ident) => {{
            let mut fused = dev.build_module::<NormedLinear<$formula, 5, 3>, f64>();
            fused.gain_mut().copy_from(&[0.5, -1.5, 2.0]);
            let mut composed = dev.build_module::<NormedLinear<$formula, 5, 3, Composed>, f64>();
            composed.weight = fused.weight.clone();
            composed.gain_mut().copy_from(&[0.5, -1.5, 2.0]);
            *composed.bias_mut().unwrap() = fused.bias().unwrap().clone();
            let (x_flat, w, b) = (x.as_vec(), fused.weight.as_vec(), fused.bias().unwrap().as_vec());
            let mut want = Vec::new();
            for x in x_flat.chunks(5) {
                let x = if $both { unit(x) } else { x.to_vec() };
                for (o, w) in w.chunks(5).enumerate() {
                    let dot: f64 = $weights(w).iter().zip(&x).map(|(a, b)| a * b).sum();
                    want.push($gained([0.5, -1.5, 2.0][o]) * dot + b[o]);
                }
            }
            assert!(gap(&fused.forward(x.clone()).as_vec(), &want) < 1e-13);
            assert!(gap(&composed.forward(x.clone()).as_vec(), &want) < 1e-13);
            macro_rules! slopes {
                ($model:ident) => {{
                    let g = $model.forward(x.leaky_trace()).square().sum::<Rank0, _>().backward();
                    let gain = g.get($model.gain()).as_vec();
                    [g.get(&$model.weight).as_vec(), gain, g.get(&x).as_vec()].concat()
                }};
            }
            let (a, b) = (slopes!(fused), slopes!(composed));
            assert!(gap(&a, &b) < 1e-11, "{a:?}\n{b:?}");
        }};
    }
    check!(WeightNorm, |g: f64| g, false);
    check!(ExpWeightNorm, f64::exp, false);
    check!(CosineNorm, |g: f64| g, true);
    check!(WeightStandardization, |g: f64| g, false, standardized);
}

/// CN1 of the survey.
#[test]
fn a_cosine_is_bounded_whatever_the_input() {
    let dev = Cpu::seed_from_u64(2);
    for scale in [1e-6, 1.0, 1e6] {
        let x: Tensor<(usize, Const<16>), f32, Cpu> = dev.sample_normal_like(&(64, Const)) * scale;
        let plain = dev.build_module::<NormedLinear<CosineNorm, 16, 32, Fused, FixedGain, false>, f32>();
        let centred =
            dev.build_module::<NormedLinear<CentredCosineNorm, 16, 32, Fused, FixedGain, false>, f32>();
        for y in [plain.forward(x.clone()), centred.forward(x.clone())] {
            let largest = y.as_vec().into_iter().fold(0.0f32, |m, v| m.max(v.abs()));
            assert!(largest <= 1.0 + 1e-6 && largest > 0.1, "{largest}");
        }
    }
}

/// CN7 of the survey: logits in [-1, 1] over ten classes keep the cross-entropy above `ln(1 + 9/e²)`; a scale lifts that.
#[test]
fn cosine_logits_floor_the_loss_until_they_are_scaled() {
    type Head = NormedLinear<CentredCosineNorm, 10, 10, Fused, FixedGain, false>;
    let dev = Cpu::seed_from_u64(3);
    // Each class is a direction that no other has: nearly the best case, each logit 1 or -1/9.
    let mut head = dev.build_module::<Head, f64>();
    let eye: Vec<f64> = (0..100).map(|at| f64::from(u8::from(at % 11 == 0))).collect();
    head.weight.copy_from(&eye);
    let x: Rows<10> = dev.tensor_from_vec(eye, (10, Const));
    let loss = |head: &<Head as BuildOnDevice<Cpu, f64>>::Built| {
        let logits = head.forward(x.clone()).realize::<Rank2<10, 10>>();
        let targets = x.clone().realize::<Rank2<10, 10>>();
        cross_entropy_with_logits_loss(logits, targets).array()
    };
    let floor = (1.0 + 9.0 * (-2.0f64).exp()).ln();
    assert!((floor - 0.797).abs() < 1e-3);
    let bare = loss(&head);
    head.gain_mut().copy_from(&[10.0; 10]);
    let scaled = loss(&head);
    assert!(bare >= floor && scaled < 0.01, "{bare} {scaled}");
}

/// Identity 7 and WN1 of the survey.
#[test]
fn the_gradient_is_orthogonal_to_the_direction_and_plain_steps_lengthen_it() {
    let dev = Cpu::seed_from_u64(4);
    let mut model = dev.build_module::<NormedLinear<WeightNorm, 6, 4>, f64>();
    let (x, target) = (rows::<6>(&dev, 32), rows::<4>(&dev, 32));
    let mut sgd = Sgd::new(&model, SgdConfig { lr: 0.5, momentum: None, weight_decay: None });
    let norms = |w: &[f64]| w.chunks(6).map(|v| v.iter().map(|v| v * v).sum::<f64>()).collect::<Vec<_>>();
    let mut losses = Vec::new();
    for _ in 0..30 {
        let loss = mse_loss(model.forward(x.leaky_trace()), target.clone());
        losses.push(loss.array());
        let g = loss.backward();
        let (v, dv) = (model.weight.as_vec(), g.get(&model.weight).as_vec());
        for (v, dv) in v.chunks(6).zip(dv.chunks(6)) {
            let along: f64 = v.iter().zip(dv).map(|(v, d)| v * d).sum();
            let size: f64 = v.iter().zip(dv).map(|(v, d)| (v * d).abs()).sum();
            assert!(along.abs() <= 1e-12 * size, "{along:e} of {size:e}");
        }
        let before = norms(&v);
        sgd.update(&mut model, &g).unwrap();
        let after = norms(&model.weight.as_vec());
        assert!(before.iter().zip(&after).all(|(b, a)| a > b), "{before:?} {after:?}");
    }
    assert!(losses[29] < losses[0], "{losses:?}");
}

#[test]
fn question_row_19_a_fixed_gain_stays_and_a_learned_one_moves() {
    let dev = Cpu::seed_from_u64(5);
    let (x, target) = (rows::<6>(&dev, 32), rows::<4>(&dev, 32));
    macro_rules! step {
        ($model:ty) => {{
            let mut model = dev.build_module::<$model, f64>();
            let before = (model.weight.as_vec(), model.gain().as_vec());
            let mut sgd = Sgd::new(&model, SgdConfig { lr: 0.1, momentum: None, weight_decay: None });
            let traced = model.alloc_grads();
            let g = mse_loss(model.forward(x.trace(traced)), target.clone()).backward();
            sgd.update(&mut model, &g).unwrap();
            assert_ne!(model.weight.as_vec(), before.0);
            model.gain().as_vec() != before.1
        }};
    }
    assert!(step!(NormedLinear<WeightNorm, 6, 4>));
    assert!(!step!(NormedLinear<WeightNorm, 6, 4, Fused, FixedGain>));
    assert!(step!(NormedLinear<CosineNorm, 6, 4>));
    assert!(!step!(NormedLinear<CosineNorm, 6, 4, Fused, FixedGain>));
}

#[test]
fn it_is_saved_loaded_and_cloned_whole() {
    type Model = (NormedLinear<WeightNorm, 4, 3>, ReLU, NormedLinear<CosineNorm, 3, 2, Fused, FixedGain>);
    let dev = Cpu::seed_from_u64(6);
    let mut model = dev.build_module::<Model, f32>();
    model.0.gain_mut().copy_from(&[0.3, 2.0, -1.0]);
    model.2.gain_mut().copy_from(&[10.0, 11.0]);
    let x: Tensor<(usize, Const<4>), f32, Cpu> = dev.sample_normal_like(&(5, Const));
    let y = model.forward(x.clone()).as_vec();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.safetensors");
    model.save_safetensors(&path).unwrap();
    let mut other = dev.build_module::<Model, f32>();
    assert_ne!(other.forward(x.clone()).as_vec(), y);
    other.load_safetensors(&path).unwrap();
    assert_eq!(other.forward(x.clone()).as_vec(), y);
    let copy = model.clone();
    model.0.weight = model.0.weight.clone() * 0.0 + 1.0;
    assert_eq!(copy.forward(x).as_vec(), y);
}

/// Identity 5 and WN6 of the survey: each of eight layers, with ReLU between, has outputs of mean 0 and deviation 1 over
/// the batch it was initialized from; without that they have not.
#[test]
fn a_batch_initializes_eight_layers() {
    macro_rules! layers {
        ($formula:ty) => {{
            let dev = Cpu::seed_from_u64(8);
            let moments = |y: &Tensor<(usize, Const<24>), f32, Cpu>| {
                let y: Vec<f64> = y.as_vec().into_iter().map(f64::from).collect();
                let mut worst = (0.0f64, 0.0f64);
                for o in 0..24 {
                    let column = || y.iter().skip(o).step_by(24);
                    let mean = column().sum::<f64>() / 100.0;
                    let deviation = (column().map(|v| (v - mean).powi(2)).sum::<f64>() / 100.0).sqrt();
                    worst = (
                        norm_core::conformance::largest([worst.0, mean.abs()]),
                        norm_core::conformance::largest([worst.1, (deviation - 1.0).abs()]),
                    );
                }
                worst
            };
            let mut x: Tensor<(usize, Const<24>), f32, Cpu> = dev.sample_normal_like(&(100, Const));
            let mut plain = x.clone();
            let mut worst = (0.0, 0.0);
            for layer in 0..8 {
                let mut layer_of = dev.build_module::<NormedLinear<$formula, 24, 24>, f32>();
                let without = layer_of.forward(plain);
                worst = moments(&without);
                plain = without.relu();
                let y = layer_of.initialize_from(x).unwrap();
                let (mean, deviation) = moments(&y);
                assert!(mean < 1e-3 && deviation < 1e-3, "layer {layer}: {mean:e}, {deviation:e}");
                x = y.relu();
            }
            assert!(worst.1 > 0.5, "without it the last layer is {worst:?} off");
        }};
    }
    layers!(WeightNorm);
    layers!(ExpWeightNorm);
}

#[test]
fn a_batch_that_cannot_initialize_is_refused_and_changes_nothing() {
    let dev = Cpu::seed_from_u64(9);
    let mut layer = dev.build_module::<NormedLinear<WeightNorm, 4, 3>, f32>();
    let before = (layer.gain().as_vec(), layer.bias().unwrap().as_vec());
    let same: Tensor<(usize, Const<4>), f32, Cpu> = dev.ones_like(&(5, Const));
    let refused = layer.initialize_from(same).unwrap_err();
    assert!(matches!(refused, Error::ConstantSums { method: "weight", output: 0, cases: 5 }), "{refused}");
    assert_eq!((layer.gain().as_vec(), layer.bias().unwrap().as_vec()), before);
    let mut cosine = dev.build_module::<NormedLinear<CosineNorm, 4, 3>, f32>();
    let x: Tensor<(usize, Const<4>), f32, Cpu> = dev.sample_normal_like(&(5, Const));
    assert!(matches!(cosine.initialize_from(x), Err(Error::NoGain { method: "cosine" })));
}

#[test]
fn question_row_9_weight_norm_is_a_plain_network() {
    type Normed = (NormedLinear<WeightNorm, 6, 8>, ReLU, NormedLinear<ExpWeightNorm, 8, 3>);
    let dev = Cpu::seed_from_u64(10);
    let mut normed = dev.build_module::<Normed, f64>();
    let x = rows::<6>(&dev, 40);
    let hidden = normed.0.initialize_from(x.clone()).unwrap().relu();
    normed.2.initialize_from(hidden).unwrap();
    let plain = (normed.0.fold().unwrap(), ReLU, normed.2.fold().unwrap());
    let y = normed.forward(x.clone()).as_vec();
    assert!(gap(&y, &plain.forward(x).as_vec()) < 1e-13);
    // A gain of the layer's own goes into the plain weights too.
    let mut own = dev.build_module::<NormedLinear<WeightStandardization, 6, 8>, f64>();
    own.gain_mut().copy_from(&[0.5, -1.5, 2.0, 1.0, 3.0, 0.1, -0.2, 0.7]);
    let x = rows::<6>(&dev, 5);
    assert!(gap(&own.forward(x.clone()).as_vec(), &own.fold().unwrap().forward(x).as_vec()) < 1e-13);
    // Not the raw weights by chance.
    assert!(gap(&plain.0.weight.as_vec(), &normed.0.weight.as_vec()) > 1e-2);
    let cosine = dev.build_module::<NormedLinear<CosineNorm, 6, 8>, f64>();
    assert!(matches!(cosine.fold(), Err(Error::DependsOnInput { method: "cosine" })));
}

#[test]
fn question_row_9_batch_norm_with_stored_statistics_is_a_plain_network() {
    let dev = Cpu::seed_from_u64(11);
    macro_rules! check {
        ($formula:ty) => {{
            let mut model = dev.build_module::<(Linear<6, 8>, Norm<$formula, 8>), f64>();
            for p in ["gain", "bias"] {
                if let Some(p) = model.1.param_mut(p) {
                    p.copy_from(&dev.sample_normal::<Rank1<8>>().as_vec());
                }
            }
            for _ in 0..20 {
                let x = rows::<6>(&dev, 16) * 2.0 + 0.7;
                let _ = model.forward_mut(x);
            }
            let x = rows::<6>(&dev, 40);
            let plain = fold(&model.0, &model.1).unwrap();
            assert!(gap(&model.forward(x.clone()).as_vec(), &plain.forward(x.clone()).as_vec()) < 1e-12);
            // Statistics of the batch are another map: no plain network follows it.
            let trained = model.forward_mut(x.clone()).as_vec();
            assert!(gap(&trained, &plain.forward(x).as_vec()) > 1e-2);
        }};
    }
    check!(BatchNorm);
    check!(norm_mean_only_batch::MeanOnlyBatchNorm);
}

/// What is left when the best plain layer stands for a map of six inputs, as a share of what there was: IV2 of the
/// survey. A re-parametrization leaves rounding; layer norm and cosine norm are no plain layer.
#[test]
fn question_row_11_no_plain_layer_does_what_layer_norm_does() {
    let dev = Cpu::seed_from_u64(12);
    let x = rows::<6>(&dev, 400);
    let weight = dev.build_module::<NormedLinear<WeightNorm, 6, 8>, f64>().forward(x.clone());
    let mut batch = dev.build_module::<(Linear<6, 8>, Norm<BatchNorm, 8>), f64>();
    let _ = batch.forward_mut(x.clone());
    let batch = batch.forward(x.clone());
    let layer_norm = dev.build_module::<(Linear<6, 8>, Norm<LayerNorm, 8>), f64>();
    let layer = layer_norm.forward(x.clone());
    let cosine = dev.build_module::<NormedLinear<CosineNorm, 6, 8>, f64>().forward(x.clone());
    let left = |y: &Rows<8>| crate::fit::residual(&x.as_vec(), 6, &y.as_vec(), 8);
    assert!(left(&weight) < 1e-10, "weight {:e}", left(&weight));
    assert!(left(&batch) < 1e-10, "batch {:e}", left(&batch));
    assert!(left(&layer) > 1e-2, "layer {:e}", left(&layer));
    assert!(left(&cosine) > 1e-2, "cosine {:e}", left(&cosine));
    assert!(matches!(fold(&layer_norm.0, &layer_norm.1), Err(Error::DependsOnInput { method: "layer" })));
}
