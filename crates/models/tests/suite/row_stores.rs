//! A method that stores something of the rows of a cell's weights: spectral normalization, whose vectors move in training.

use crate::common::{learns, sequences};
use dfdx::prelude::*;
use models::{
    AtWeights, GatedKeep, GruClassifier, Lstm, LstmClassifier, LstmLayer, RnnClassifier, RowNorm, RowStore,
    Sequence, Tanh,
};
use norm_core::Elem;
use norm_spectral::SpectralNorm;

const T: usize = 4;
const N: usize = 3;
const I: usize = 2;
const H: usize = 3;
const W: usize = 4 * H;

type Layer = LstmLayer<SpectralNorm, AtWeights, I, H, W, f64, Cpu>;

fn layer(seed: u64) -> (Cpu, Layer) {
    let dev = Cpu::seed_from_u64(seed);
    let layer = dev.build_module::<Lstm<SpectralNorm, AtWeights, I, H, W>, f64>();
    (dev, layer)
}

fn input(dev: &Cpu) -> Sequence<I, f64, Cpu> {
    dev.tensor_from_vec((0..T * N * I).map(|i| ((i * 7 + 3) as f64).sin()).collect(), (T, N, Const))
}

fn vectors(layer: &Layer) -> [Vec<f64>; 2] {
    ["ih", "hh"].map(|side| layer.row_store(side, "running_u").unwrap().as_vec())
}

/// A layer whose vectors have come to rest, at weights that have not moved.
fn at_rest(seed: u64) -> (Cpu, Layer) {
    let (dev, mut layer) = layer(seed);
    for _ in 0..400 {
        layer.train(input(&dev), None).unwrap();
    }
    (dev, layer)
}

/// The largest singular value of `[rows][columns]`.
fn largest(matrix: &[f64], columns: usize) -> f64 {
    let (mut v, mut value) = (vec![1.0; columns], 0.0);
    for _ in 0..1000 {
        let along: Vec<f64> =
            matrix.chunks_exact(columns).map(|row| row.iter().zip(&v).map(|(w, v)| w * v).sum()).collect();
        value = along.iter().map(|a| a * a).sum::<f64>().sqrt();
        let next = |c: usize| along.iter().zip(matrix.chunks_exact(columns)).map(|(a, r)| a * r[c]).sum();
        v = (0..columns).map(next).collect();
        let length = v.iter().map(|v: &f64| v * v).sum::<f64>().sqrt();
        for v in &mut v {
            *v /= length;
        }
    }
    value
}

#[test]
fn training_moves_a_vector_for_each_matrix_and_evaluation_none() {
    let (dev, mut l) = layer(1);
    let fresh = vectors(&l);
    let x = input(&dev);
    l.eval(x.clone(), None).unwrap();
    l.eval_batch(x.clone(), None).unwrap();
    l.estimate([(x.clone(), None)]).unwrap();
    assert_eq!(vectors(&l), fresh, "evaluation");
    l.train(x.clone(), None).unwrap();
    let moved = vectors(&l);
    assert!(moved[0] != fresh[0] && moved[1] != fresh[1], "training");
    assert!(moved[0] != moved[1], "each matrix has its own");
    // A pass that is refused moves nothing.
    assert!(l.train(x, Some(vec![true; 5])).is_err());
    assert_eq!(vectors(&l), moved, "a refused pass");
}

#[test]
fn at_rest_the_matrices_that_act_stretch_by_one() {
    let (_, l) = at_rest(2);
    let norm = RowNorm::of(f64::kernel::<SpectralNorm>()).unwrap();
    let [ih, hh] = vectors(&l);
    let ih = norm.rows::<W, I, NoneTape>(&[], &l.weight_ih, RowStore::Held(&ih)).unwrap().as_vec();
    let hh = norm.rows::<W, H, NoneTape>(&[], &l.weight_hh, RowStore::Held(&hh)).unwrap().as_vec();
    assert!((largest(&l.weight_hh.as_vec(), H) - 1.0).abs() > 0.05, "the raw matrix stretches by 1 already");
    for (value, of) in [(largest(&ih, I), "ih"), (largest(&hh, H), "hh")] {
        assert!((value - 1.0).abs() < 1e-9, "{of}: {value}");
    }
}

/// At rest a use in training divides by what a use in evaluation divides by, whose slope is that of the length of a vector.
#[test]
fn gradients_are_those_of_central_differences_with_the_store_held() {
    macro_rules! agrees {
        ($weight:ident) => {{
            let (dev, mut l) = at_rest(3);
            let x = input(&dev);
            let held = l.clone();
            let start = l.$weight.as_vec();
            let (y, _) = l.train(x.leaky_trace(), None).unwrap();
            let found = y.square().sum::<Rank0, _>().backward().get(&l.$weight).as_vec();
            assert!(found.iter().any(|d| d.abs() > 1e-4), "no gradient arrives");
            for at in 0..start.len() {
                let moved = |by: f64| {
                    let (mut l, mut values) = (held.clone(), start.clone());
                    values[at] += by;
                    l.$weight.copy_from(&values);
                    l.eval(x.clone(), None).unwrap().0.square().sum::<Rank0, _>().array()
                };
                let step = 1e-5;
                let expected = (moved(step) - moved(-step)) / (2.0 * step);
                let off = (found[at] - expected).abs() / expected.abs().max(1.0);
                assert!(off < 1e-6, "{} {at}: {} and {expected}", stringify!($weight), found[at]);
            }
        }};
    }
    agrees!(weight_ih);
    agrees!(weight_hh);
}

#[test]
fn cells_with_spectral_weights_train_and_are_saved_with_their_vectors() {
    // Weights that cannot grow learn slower than others: 0.65 of the first loss was seen where those come below 0.5.
    learns!(LstmClassifier<SpectralNorm, AtWeights, 2, 24, 96, 4>, sequences, 4, 0.8);
    learns!(GruClassifier<GatedKeep, SpectralNorm, AtWeights, 2, 24, 72, 48, 4>, sequences, 4, 0.8);
    learns!(RnnClassifier<Tanh, SpectralNorm, AtWeights, 2, 24, 4>, sequences, 4, 0.8);
    let (dev, mut l) = layer(4);
    l.train(input(&dev), None).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lstm.safetensors");
    l.save_safetensors(&file).unwrap();
    let (_, mut other) = layer(5);
    other.load_safetensors(&file).unwrap();
    assert_eq!(vectors(&other), vectors(&l));
}
