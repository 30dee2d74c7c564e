//! Both models build, train, save, load and clone as dfdx's own.

use crate::common::{SmallGain, learns, sequences};
use dfdx::prelude::*;
use models::{
    Clipped, InputFrames, InputOnly, JointPerStep, Lstm, LstmClassifier, Mlp, NoPlacement, NormedMlp, Paper,
    Rectified, RecurrentBatch, RnnClassifier, Tanh,
};
use norm_dfdx::{FixedGain, Fused};

fn images(dev: &Cpu) -> Tensor<(usize, Const<64>), f32, Cpu> {
    let v = (0..20 * 64).map(|i| ((i * 7919) % 17) as f32 / 16.0).collect();
    dev.tensor_from_vec(v, (20, Const))
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
    for name in ["ih.running_mean.0", "hh.running_var.4", "cell.running_mean.3"] {
        assert!(text.contains(name), "{name}");
    }
    assert!(!text.contains("running_mean.5"));
}

#[test]
fn rnn_classifier_with_every_nonlinearity() {
    learns!(RnnClassifier<Tanh, norm_none::None, NoPlacement, 2, 24, 4>, sequences, 4);
    learns!(RnnClassifier<Tanh, norm_layer::LayerNorm, Paper, 2, 24, 4>, sequences, 4);
    learns!(RnnClassifier<Rectified, norm_layer::LayerNorm, Paper, 2, 24, 4>, sequences, 4);
    learns!(RnnClassifier<Clipped, norm_batch::BatchNorm, InputOnly, 2, 24, 4>, sequences, 4);
}
