//! Both models build, train, save, load and clone as dfdx's own.

use dfdx::optim::{Adam, AdamConfig};
use dfdx::prelude::*;
use models::{
    Clipped, InputFrames, InputOnly, JointPerStep, Lstm, LstmClassifier, Mlp, NoPlacement, NormedMlp, Paper,
    Rectified, RecurrentBatch, RnnClassifier, Tanh,
};
use norm_dfdx::{FixedGain, Fused};

norm_core::normalization! {
    /// Batch normalization that starts with a small gain
    pub SmallGain(cooijmans2017recurrent) as "small-gain" over batch + space {
        policy running;
        invariant weight_matrix_scaling, weight_vector_scaling, dataset_scaling, dataset_centering;
        param gain = 0.1;
        param bias = 0.0;
        const eps = 1e-5;
        mu  = mean(x);
        var = mean(square(x - mu));
        y   = gain * (x - mu) * rsqrt(var + eps) + bias;
    }
}

fn targets<const N: usize, const O: usize>(dev: &Cpu) -> Tensor<Rank2<N, O>, f32, Cpu> {
    let mut t = vec![0.0; N * O];
    (0..N).for_each(|i| t[i * O + i % O] = 1.0);
    dev.tensor_from_vec(t, (Const, Const))
}

/// Trains on one batch; the loss must halve.
macro_rules! learns {
    ($model:ty, $x:expr, $classes:literal) => {{
        let dev = Cpu::seed_from_u64(1);
        let mut model = dev.build_module::<$model, f32>();
        let mut optimizer = Adam::new(&model, AdamConfig { lr: 1e-2, ..Default::default() });
        let y: Tensor<(usize, Const<$classes>), f32, Cpu> = targets::<20, $classes>(&dev).realize();
        let mut grads = model.alloc_grads();
        let mut losses = Vec::new();
        for _ in 0..150 {
            let x = $x(&dev);
            let logits = model.forward_mut(x.traced(grads));
            let loss = cross_entropy_with_logits_loss(logits, y.clone());
            losses.push(loss.array());
            grads = loss.backward();
            optimizer.update(&mut model, &grads).unwrap();
            model.zero_grads(&mut grads);
        }
        assert!(losses[149] < losses[0] / 2.0, "{:?}", (losses[0], losses[149]));
        // Save, load into another, same bits; a clone does not follow.
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("model.safetensors");
        model.save_safetensors(&path).unwrap();
        let mut other = dev.build_module::<$model, f32>();
        let before = other.forward($x(&dev)).as_vec();
        other.load_safetensors(&path).unwrap();
        let after = other.forward($x(&dev)).as_vec();
        assert_eq!(after, model.forward($x(&dev)).as_vec());
        assert_ne!(after, before);
        let mut clone = model.clone();
        clone.forward_mut($x(&dev).leaky_traced());
        clone.reset_params();
        assert_eq!(after, model.forward($x(&dev)).as_vec());
    }};
}

fn images(dev: &Cpu) -> Tensor<(usize, Const<64>), f32, Cpu> {
    let v = (0..20 * 64).map(|i| ((i * 7919) % 17) as f32 / 16.0).collect();
    dev.tensor_from_vec(v, (20, Const))
}

fn sequences(dev: &Cpu) -> Tensor<(usize, usize, Const<2>), f32, Cpu> {
    let v = (0..9 * 20 * 2).map(|i| ((i * 7919) % 23) as f32 / 11.0 - 1.0).collect();
    dev.tensor_from_vec(v, (9, 20, Const))
}

#[test]
fn mlp_with_every_method() {
    learns!(Mlp<norm_none::None, 64, 40, 10>, images, 10);
    learns!(Mlp<norm_batch::BatchNorm, 64, 40, 10>, images, 10);
    learns!(Mlp<norm_layer::LayerNorm, 64, 40, 10>, images, 10);
    learns!(Mlp<norm_rms::RmsNorm, 64, 40, 10>, images, 10);
}

#[test]
fn mlp_with_normalized_weights() {
    learns!(NormedMlp<norm_weight::WeightNorm, 64, 40, 10>, images, 10);
    learns!(NormedMlp<norm_weight::ExpWeightNorm, 64, 40, 10>, images, 10);
    learns!(NormedMlp<norm_weight::WeightNorm, 64, 40, 10, Fused, FixedGain>, images, 10);
    learns!(NormedMlp<norm_cosine::CosineNorm, 64, 40, 10>, images, 10);
    learns!(NormedMlp<norm_cosine::CentredCosineNorm, 64, 40, 10, Fused, FixedGain>, images, 10);
}

#[test]
fn lstm_classifier_with_every_method() {
    learns!(LstmClassifier<norm_none::None, NoPlacement, 2, 24, 96, 4>, sequences, 4);
    learns!(LstmClassifier<norm_batch::BatchNorm, InputOnly, 2, 24, 96, 4>, sequences, 4);
    learns!(LstmClassifier<norm_layer::LayerNorm, Paper, 2, 24, 96, 4>, sequences, 4);
    learns!(LstmClassifier<norm_rms::RmsNorm, Paper, 2, 24, 96, 4>, sequences, 4);
}

#[test]
fn classifiers_with_statistics_per_step() {
    learns!(LstmClassifier<SmallGain, RecurrentBatch<9>, 2, 24, 96, 4>, sequences, 4);
    learns!(LstmClassifier<norm_batch::BatchNorm, InputFrames<9>, 2, 24, 96, 4>, sequences, 4);
    learns!(RnnClassifier<Tanh, SmallGain, JointPerStep<9>, 2, 24, 4>, sequences, 4);
    learns!(RnnClassifier<Tanh, SmallGain, RecurrentBatch<9>, 2, 24, 4>, sequences, 4);
}

#[test]
fn statistics_per_step_are_saved_step_by_step_and_a_longer_sequence_says_that_it_is_one() {
    let dev = Cpu::seed_from_u64(1);
    let mut layer = dev.build_module::<Lstm<SmallGain, RecurrentBatch<5>, 2, 6, 24>, f32>();
    let x = sequences(&dev);
    let (_, trained) = layer.train(x.clone(), None).unwrap();
    assert!(!trained.clamped, "in training each step has its own");
    let (y, evaluated) = layer.eval(x.clone(), None).unwrap();
    assert!(evaluated.clamped, "nine steps, five stored");
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("layer.safetensors");
    layer.save_safetensors(&path).unwrap();
    let mut other = dev.build_module::<Lstm<SmallGain, RecurrentBatch<5>, 2, 6, 24>, f32>();
    other.load_safetensors(&path).unwrap();
    assert_eq!(other.eval(x, None).unwrap().0.as_vec(), y.as_vec());
    let bytes = std::fs::read(&path).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    for name in ["ih.running_mu.0", "hh.running_var.4", "cell.running_mu.3"] {
        assert!(text.contains(name), "{name}");
    }
    assert!(!text.contains("running_mu.5"));
}

#[test]
fn rnn_classifier_with_every_nonlinearity() {
    learns!(RnnClassifier<Tanh, norm_none::None, NoPlacement, 2, 24, 4>, sequences, 4);
    learns!(RnnClassifier<Tanh, norm_layer::LayerNorm, Paper, 2, 24, 4>, sequences, 4);
    learns!(RnnClassifier<Rectified, norm_layer::LayerNorm, Paper, 2, 24, 4>, sequences, 4);
    learns!(RnnClassifier<Clipped, norm_batch::BatchNorm, InputOnly, 2, 24, 4>, sequences, 4);
}
