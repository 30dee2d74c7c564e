//! Recurrent layers one above the other: gradients by central differences, stores of their own, names in files.

use crate::common::{SmallGain, learns, sequences};
use dfdx::prelude::*;
use models::{
    GatedKeep, GruClassifier, LstmClassifier, LstmClassifierLayers, Paper, RecurrentBatch, Sequence,
};
use norm_layer::LayerNorm;

const T: usize = 4;
const N: usize = 3;
const O: usize = 2;

fn input(dev: &Cpu) -> Sequence<2, f64, Cpu> {
    dev.tensor_from_vec((0..T * N * 2).map(|i| ((i * 7 + 3) as f64).sin()).collect(), (T, N, Const))
}

/// Holds the tape's gradient of a tensor of a model, by the sum of the squares of its logits in training, against central
/// differences.
macro_rules! agrees {
    ($fresh:expr, $x:expr, $($field:tt)+) => {{
        let start = $fresh.$($field)+.as_vec();
        let mut model = $fresh.clone();
        let loss = model.train($x.leaky_trace(), None).unwrap().square().sum::<Rank0, _>();
        let found = loss.backward().get(&model.$($field)+).as_vec();
        assert!(found.iter().any(|d| d.abs() > 1e-4), "{}: no gradient arrives", stringify!($($field)+));
        for at in 0..start.len() {
            let moved = |by: f64| {
                let (mut model, mut values) = ($fresh.clone(), start.clone());
                values[at] += by;
                model.$($field)+.copy_from(&values);
                let logits = model.train($x.clone(), None).unwrap();
                logits.square().sum::<Rank0, _>().array()
            };
            let step = 1e-5;
            let expected = (moved(step) - moved(-step)) / (2.0 * step);
            let off = (found[at] - expected).abs() / expected.abs().max(1.0);
            assert!(off < 1e-7, "{} {at}: {} and {expected}", stringify!($($field)+), found[at]);
        }
    }};
}

macro_rules! all_agree {
    ($model:ty) => {{
        let dev = Cpu::seed_from_u64(7);
        let fresh = dev.build_module::<$model, f64>();
        let x = input(&dev);
        agrees!(fresh, x, recurrent.weight_ih);
        agrees!(fresh, x, recurrent.weight_hh);
        agrees!(fresh, x, above[0].weight_ih);
        agrees!(fresh, x, above[0].weight_hh);
        agrees!(fresh, x, linear.weight);
    }};
}

#[test]
fn gradients_flow_through_both_layers() {
    all_agree!(LstmClassifier<LayerNorm, Paper, 2, 3, 12, O, 2>);
    all_agree!(GruClassifier<GatedKeep, LayerNorm, Paper, 2, 3, 9, 6, O, 2>);
    all_agree!(LstmClassifier<SmallGain, RecurrentBatch<T>, 2, 3, 12, O, 2>);
}

#[test]
fn stacked_classifiers_train_and_are_saved() {
    learns!(LstmClassifier<LayerNorm, Paper, 2, 12, 48, 4, 2>, sequences, 4);
    learns!(LstmClassifier<SmallGain, RecurrentBatch<9>, 2, 12, 48, 4, 2>, sequences, 4);
}

#[test]
fn each_layer_has_stores_and_names_of_its_own() {
    type Model = LstmClassifier<SmallGain, RecurrentBatch<T>, 2, 3, 12, O, 2>;
    let dev = Cpu::seed_from_u64(8);
    let mut model: LstmClassifierLayers<SmallGain, RecurrentBatch<T>, 2, 3, 12, O, f64, Cpu, 2> =
        dev.build_module::<Model, f64>();
    let fresh = model.clone();
    model.train(input(&dev), None).unwrap();
    let (y, _) = fresh.recurrent.eval(input(&dev), None).unwrap();
    // With the same states below, what the upper layer has stored alone makes the difference.
    let upper = |m: &LstmClassifierLayers<SmallGain, RecurrentBatch<T>, 2, 3, 12, O, f64, Cpu, 2>| {
        m.above[0].eval(y.clone(), None).unwrap().0.as_vec()
    };
    assert_ne!(upper(&model), upper(&fresh), "the upper layer has stored nothing");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("model.safetensors");
    model.save_safetensors(&file).unwrap();
    let bytes = std::fs::read(&file).unwrap();
    let file = ::safetensors::SafeTensors::deserialize(&bytes).unwrap();
    for name in ["weight_hh", "ih.running_mean.0", "cell.running_var.3"] {
        for layer in ["lstm", "lstm_l1"] {
            assert!(file.tensor(&format!("{layer}.{name}")).is_ok(), "{layer}.{name}: {:?}", file.names());
        }
    }
}
