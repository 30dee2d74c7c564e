//! GRUs of both conventions build, train, save, load and clone.

use crate::common::{SmallGain, learns, sequences};
use dfdx::prelude::*;
use models::{GatedKeep, GatedPaper, Gru, GruClassifier, InputOnly, NoPlacement, Paper, RecurrentBatch};

#[test]
fn gru_classifier_of_both_conventions() {
    learns!(GruClassifier<GatedKeep, norm_none::None, NoPlacement, 2, 24, 72, 48, 4>, sequences, 4);
    learns!(GruClassifier<GatedPaper, norm_layer::LayerNorm, Paper, 2, 24, 72, 48, 4>, sequences, 4);
    learns!(GruClassifier<GatedKeep, norm_batch::BatchNorm, InputOnly, 2, 24, 72, 48, 4>, sequences, 4);
    learns!(GruClassifier<GatedPaper, SmallGain, RecurrentBatch<9>, 2, 24, 72, 48, 4>, sequences, 4);
}

#[test]
fn a_gru_has_a_recurrent_bias_where_no_norm_shifts_and_it_is_trained() {
    let dev = Cpu::seed_from_u64(1);
    let x = sequences(&dev);
    let mut plain = dev.build_module::<Gru<GatedKeep, norm_none::None, NoPlacement, 2, 6, 18, 12>, f32>();
    let (y, _) = plain.train(x.clone().leaky_traced(), None).unwrap();
    let gradients = y.square().mean().backward();
    let bias = plain.recurrent_bias().expect("nothing shifts");
    assert!(gradients.get(bias).array().iter().all(|g| *g != 0.0));
    let paper = dev.build_module::<Gru<GatedKeep, norm_layer::LayerNorm, Paper, 2, 6, 18, 12>, f32>();
    assert!(paper.recurrent_bias().is_none(), "the norm of the candidate's product shifts");
    assert!(paper.bias().is_none());
}
