//! Both models build, train, save, load and clone as dfdx's own.

use dfdx::optim::{Adam, AdamConfig};
use dfdx::prelude::*;
use models::{InputOnly, LstmClassifier, Mlp, NoPlacement, NormedMlp, Paper};
use norm_dfdx::{FixedGain, Fused};

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
