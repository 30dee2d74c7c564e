//! Row 14 of the questions this workspace answers: batch normalization in a weight-shared convolutional network
//! (liao2016bridging), with statistics that steps share or not.

use crate::common::learns;
use dfdx::prelude::*;
use models::{
    AllPerStep, AllShared, ConvLayer, Error, Images, SharedConv, SharedConvLayers, Sharing, StatisticsPerStep,
};
use norm_batch::BatchNorm;
use norm_dfdx::{Norm, NormLayer};

const STEPS: usize = 3;
type Tiny<Sh> = SharedConv<BatchNorm, Sh, 1, 2, STEPS, 2>;
type TinyLayers<Sh> = SharedConvLayers<BatchNorm, Sh, 1, 2, STEPS, 2, f64, Cpu>;

fn images(dev: &Cpu) -> Images<1, f32, Cpu> {
    let v = (0..20 * 36).map(|i| ((i * 7919) % 17) as f32 / 16.0).collect();
    dev.tensor_from_vec(v, (20, Const, 6, 6))
}

fn few(dev: &Cpu) -> Images<1, f64, Cpu> {
    dev.sample_normal_like(&(3, Const, 4, 3))
}

/// A number that depends on every logit differently.
fn loss<T: Tape<f64, Cpu>>(logits: Tensor<(usize, Const<2>), f64, Cpu, T>) -> Tensor<Rank0, f64, Cpu, T> {
    let weights: Vec<f64> = (0..logits.shape().0 * 2).map(|i| 0.3 + 0.2 * (i % 5) as f64).collect();
    let weights = logits.device().tensor_from_vec(weights, *logits.shape());
    (logits.tanh() * weights).sum()
}

#[test]
fn every_mode_learns_and_is_saved_whole() {
    learns!(SharedConv<BatchNorm, AllShared, 1, 6, 3, 4>, images, 4);
    learns!(SharedConv<BatchNorm, StatisticsPerStep, 1, 6, 3, 4>, images, 4);
    learns!(SharedConv<BatchNorm, AllPerStep, 1, 6, 3, 4>, images, 4);
    learns!(SharedConv<norm_layer::LayerNorm, AllShared, 1, 6, 3, 4>, images, 4);
}

/// The largest difference between a gradient and central differences of the training loss.
fn off<Sh: Sharing>(
    model: &TinyLayers<Sh>,
    x: &Images<1, f64, Cpu>,
    gradient: &[f64],
    of: fn(&mut TinyLayers<Sh>, usize, f64),
) -> f64 {
    let h = 1e-6;
    let at = |i, by| {
        let mut moved = model.clone();
        of(&mut moved, i, by);
        loss(moved.forward_mut(x.clone())).array()
    };
    let differences =
        gradient.iter().enumerate().map(|(i, g)| ((at(i, h) - at(i, -h)) / (2.0 * h) - g).abs());
    norm_core::conformance::largest(differences)
}

fn nudge<S: Shape>(t: &mut Tensor<S, f64, Cpu>, i: usize, by: f64) {
    let mut v = t.as_vec();
    v[i] += by;
    t.copy_from(&v);
}

#[test]
fn question_row_14_gradients_agree_with_central_differences() {
    fn judge<Sh: Sharing>() {
        let dev = Cpu::seed_from_u64(5);
        let mut model = dev.build_module::<Tiny<Sh>, f64>();
        let x = few(&dev);
        let gradients = loss(model.forward_mut(x.clone().leaky_traced())).backward();
        let weight = gradients.get(&model.conv1.weight).as_vec();
        assert!(weight.iter().any(|g| g.abs() > 1e-3));
        assert!(off(&model, &x, &weight, |m, i, by| nudge(&mut m.conv1.weight, i, by)) < 1e-6);
        let weight = gradients.get(&model.conv2.weight).as_vec();
        assert!(off(&model, &x, &weight, |m, i, by| nudge(&mut m.conv2.weight, i, by)) < 1e-6);
        let weight = gradients.get(&model.prenet.weight).as_vec();
        assert!(off(&model, &x, &weight, |m, i, by| nudge(&mut m.prenet.weight, i, by)) < 1e-6);
        // The first step's gain: under a shared affine the gain of all steps.
        let gain = gradients.get(model.norm2.layer(0).param("gain").unwrap()).as_vec();
        let of =
            |m: &mut TinyLayers<Sh>, i, by| nudge(m.norm2.layer_mut(0).param_mut("gain").unwrap(), i, by);
        assert!(off(&model, &x, &gain, of) < 1e-6);
    }
    judge::<AllShared>();
    judge::<StatisticsPerStep>();
    judge::<AllPerStep>();
}

/// The same numbers in tensors of their own.
fn copy(conv: &ConvLayer<2, 2, f64, Cpu>, dev: &Cpu) -> ConvLayer<2, 2, f64, Cpu> {
    let mut own = dev.build_module::<models::Conv<2, 2>, f64>();
    own.weight.copy_from(&conv.weight.as_vec());
    own.bias.copy_from(&conv.bias.as_vec());
    own
}

#[test]
fn question_row_14_the_loop_is_the_unrolled_network_with_tied_weights() {
    let dev = Cpu::seed_from_u64(6);
    let mut model = dev.build_module::<Tiny<StatisticsPerStep>, f64>();
    let x = few(&dev);
    let looped = model.forward_mut(x.clone().leaky_traced());
    let logits = looped.as_vec();
    let tied = loss(looped).backward();
    // One layer after the other, each step with weights and norms of its own.
    let convs: Vec<_> = (0..STEPS).map(|_| [copy(&model.conv1, &dev), copy(&model.conv2, &dev)]).collect();
    let mut norms: Vec<[NormLayer<BatchNorm, 2, f64, Cpu>; 2]> =
        (0..STEPS).map(|_| std::array::from_fn(|_| dev.build_module::<Norm<BatchNorm, 2>, f64>())).collect();
    let mut h = model.prenet.forward(x.leaky_traced());
    for ([first, second], [norm1, norm2]) in convs.iter().zip(&mut norms) {
        let before = h.with_empty_tape();
        let branch = first.forward(norm1.forward_mut(h).relu());
        h = second.forward(norm2.forward_mut(branch).relu()) + before;
    }
    let mean: Tensor<(usize, Const<2>), _, _, _> = h.mean();
    let unrolled = model.linear.forward(mean);
    assert_eq!(unrolled.as_vec(), logits);
    let untied = loss(unrolled).backward();
    let sum = |of: fn(&[ConvLayer<2, 2, f64, Cpu>; 2]) -> &Tensor<Rank4<2, 2, 3, 3>, f64, Cpu>| {
        let each = convs.iter().map(|c| untied.get(of(c)).as_vec());
        each.reduce(|a, b| a.iter().zip(b).map(|(a, b)| a + b).collect()).unwrap()
    };
    for (sum, tied) in [
        (sum(|c| &c[0].weight), tied.get(&model.conv1.weight).as_vec()),
        (sum(|c| &c[1].weight), tied.get(&model.conv2.weight).as_vec()),
    ] {
        assert!(sum.iter().zip(&tied).all(|(a, b)| (a - b).abs() < 1e-12), "{sum:?} {tied:?}");
    }
    // Statistics of a step are those of a batch norm that only this step has.
    for (t, [norm1, norm2]) in norms.iter().enumerate() {
        for statistic in ["mu", "var"] {
            let of = |norm: &NormLayer<BatchNorm, 2, f64, Cpu>| norm.running(statistic).unwrap().as_vec();
            assert_eq!(model.norm1.running(t, statistic).unwrap().as_vec(), of(norm1));
            assert_eq!(model.norm2.running(t, statistic).unwrap().as_vec(), of(norm2));
        }
    }
}

/// A model of this mode after some batches, and what it says in evaluation.
fn trained<Sh: Sharing, const T: usize>() -> (Vec<f64>, Vec<f64>) {
    let dev = Cpu::seed_from_u64(7);
    let mut model = dev.build_module::<SharedConv<BatchNorm, Sh, 1, 2, T, 2>, f64>();
    let x = few(&dev);
    let train = (0..5).map(|_| model.forward_mut(x.clone()).as_vec()).last().unwrap();
    (train, model.forward(x).as_vec())
}

#[test]
fn question_row_14_at_one_step_the_modes_are_the_same() {
    assert_eq!(trained::<AllShared, 1>(), trained::<StatisticsPerStep, 1>());
    assert_eq!(trained::<AllShared, 1>(), trained::<AllPerStep, 1>());
}

#[test]
fn question_row_14_sharing_statistics_changes_evaluation_and_not_training() {
    let (shared, per_step) = (trained::<AllShared, 3>(), trained::<StatisticsPerStep, 3>());
    assert_eq!(shared.0, per_step.0, "in training each step has its own either way");
    let apart = norm_core::conformance::difference(&shared.1, &per_step.1);
    assert!(apart > 1e-2, "{apart}");
    // An affine per step starts as a shared one.
    assert_eq!(trained::<AllPerStep, 3>(), per_step);
}

#[test]
fn later_steps_are_normalized_as_the_last_and_said_to_be() {
    let dev = Cpu::seed_from_u64(8);
    let mut model = dev.build_module::<Tiny<StatisticsPerStep>, f64>();
    let x = few(&dev);
    model.forward_mut(x.clone());
    let (logits, outcome) = model.eval_steps(x.clone(), STEPS).unwrap();
    assert!(!outcome.clamped);
    assert_eq!(logits.as_vec(), model.forward(x.clone()).as_vec());
    let (longer, outcome) = model.eval_steps(x.clone(), STEPS + 2).unwrap();
    assert!(outcome.clamped);
    assert_ne!(longer.as_vec(), logits.as_vec());
    assert_eq!(
        model.norm1.running(STEPS + 4, "mu").unwrap().as_vec(),
        model.norm1.running(2, "mu").unwrap().as_vec()
    );
    let shared = dev.build_module::<Tiny<AllShared>, f64>();
    assert!(!shared.eval_steps(x, STEPS + 2).unwrap().1.clamped, "shared statistics are those of any step");
    assert!(matches!(model.eval(dev.zeros_like(&(0, Const, 4, 4))), Err(Error::Images { .. })));
}

#[test]
fn files_name_what_belongs_to_a_step() {
    let names = |save: &dyn Fn(&std::path::Path)| {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("model.safetensors");
        save(&path);
        String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned()
    };
    let dev = Cpu::default();
    let shared = dev.build_module::<Tiny<AllShared>, f64>();
    let text = names(&|path| shared.save_safetensors(path).unwrap());
    assert!(text.contains("norm1.shared.running_mean\"") && !text.contains("running_mean.1"));
    let statistics = dev.build_module::<Tiny<StatisticsPerStep>, f64>();
    let text = names(&|path| statistics.save_safetensors(path).unwrap());
    assert!(text.contains("norm1.shared.gain") && text.contains("norm2.running_var.2\""));
    let all = dev.build_module::<Tiny<AllPerStep>, f64>();
    let text = names(&|path| all.save_safetensors(path).unwrap());
    assert!(
        text.contains("norm1.0.gain") && text.contains("norm2.2.running_var\"") && !text.contains("shared")
    );
}
