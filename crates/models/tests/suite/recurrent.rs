//! What a recurrent layer has beside training and evaluation: batch statistics, a population estimated anew, a start that is
//! learned or noisy, a warning that is given once.

use crate::common::SmallGain;
use dfdx::prelude::*;
use models::{Error, LearnedStart, Lstm, Paper, PlacedIn, RecurrentBatch, Sequence, StartNoise};

type Steps<const T_MAX: usize> = Lstm<SmallGain, RecurrentBatch<T_MAX>, 2, 3, 12>;

fn sequences(dev: &Cpu, cases: usize) -> Sequence<2, f64, Cpu> {
    dev.sample_normal_like(&(4, cases, Const))
}

fn apart(a: &[f64], b: &[f64]) -> f64 {
    norm_core::conformance::difference(a, b)
}

#[test]
fn a_population_of_one_batch_evaluates_it_as_training_did() {
    let dev = Cpu::seed_from_u64(1);
    let mut layer = dev.build_module::<Steps<4>, f64>();
    let (x, other) = (sequences(&dev, 5), sequences(&dev, 5));
    let of_batch = layer.eval_batch(x.clone(), None).unwrap().0.as_vec();
    let before = layer.eval(x.clone(), None).unwrap().0.as_vec();
    assert!(apart(&of_batch, &before) > 1e-3, "nothing was stored");
    layer.estimate([(x.clone(), None)]).unwrap();
    assert!(apart(&layer.eval(x.clone(), None).unwrap().0.as_vec(), &of_batch) < 1e-12);
    assert_eq!(layer.train(x.clone(), None).unwrap().0.as_vec(), of_batch);
    // Of two batches it is the average, whatever the order; of none nothing changes.
    let mut turned = layer.clone();
    layer.estimate([(x.clone(), None), (other.clone(), None)]).unwrap();
    turned.estimate([(other, None), (x.clone(), None)]).unwrap();
    let both = layer.eval(x.clone(), None).unwrap().0.as_vec();
    assert!(apart(&both, &turned.eval(x.clone(), None).unwrap().0.as_vec()) < 1e-12);
    assert!(apart(&both, &of_batch) > 1e-4);
    layer.estimate([]).unwrap();
    assert_eq!(layer.eval(x.clone(), None).unwrap().0.as_vec(), both);
    // A batch that is refused leaves them too.
    let refused = layer.estimate([(x.clone(), None), (x.clone(), Some(vec![true; 3]))]);
    assert!(refused.is_err());
    assert_eq!(layer.eval(x, None).unwrap().0.as_vec(), both);
}

#[test]
fn the_warning_is_given_once_and_a_clone_has_its_own() {
    let dev = Cpu::seed_from_u64(2);
    let layer = dev.build_module::<Steps<2>, f64>();
    let x = sequences(&dev, 3);
    assert!(layer.warning().is_none());
    layer.eval(x.clone(), None).unwrap();
    let clone = layer.clone();
    assert!(layer.warning().is_some_and(|w| w.contains("T_MAX")));
    layer.eval(x.clone(), None).unwrap();
    assert!(layer.warning().is_none(), "said already");
    assert!(clone.warning().is_none(), "a clone has met none");
    clone.eval(x, None).unwrap();
    assert!(clone.warning().is_some());
}

/// The gradient of the start, and how far it is from central differences.
fn of_start<P: PlacedIn, F: norm_core::Formula>() -> (Vec<f64>, f64) {
    let dev = Cpu::seed_from_u64(3);
    let mut layer = dev.build_module::<Lstm<F, LearnedStart<P>, 2, 3, 12>, f64>();
    layer.start_mut().unwrap().copy_from(&[0.3, -0.2, 0.5]);
    let x = sequences(&dev, 4);
    let loss = |y: Sequence<3, f64, Cpu, OwnedTape<f64, Cpu>>| y.square().sum::<Rank0, _>();
    let gradients = loss(layer.train(x.clone().leaky_traced(), None).unwrap().0).backward();
    let gradient = gradients.get(layer.start().unwrap()).as_vec();
    let h = 1e-6;
    let differences: Vec<f64> = (0..3)
        .map(|i| {
            let mut at = |by: f64| {
                let mut start = [0.3, -0.2, 0.5];
                start[i] += by;
                layer.start_mut().unwrap().copy_from(&start);
                loss(layer.train(x.clone().leaky_traced(), None).unwrap().0).array()
            };
            (at(h) - at(-h)) / (2.0 * h)
        })
        .collect();
    let off = apart(&gradient, &differences);
    (gradient, off)
}

#[test]
fn a_learned_start_has_the_gradient_of_central_differences() {
    let (gradient, off) = of_start::<Paper, norm_layer::LayerNorm>();
    assert!(off < 1e-7, "{off}");
    assert!(gradient.iter().all(|g| g.abs() > 1e-4), "{gradient:?}");
}

#[test]
fn under_recurrent_batch_norm_a_learned_start_never_moves() {
    let (gradient, off) = of_start::<RecurrentBatch<4>, SmallGain>();
    assert!(off < 1e-7, "{off}");
    assert!(gradient.iter().all(|g| g.abs() < 1e-12), "{gradient:?}");
}

#[test]
fn a_learned_start_is_saved() {
    type Model = Lstm<norm_layer::LayerNorm, LearnedStart<Paper>, 2, 3, 12>;
    let dev = Cpu::seed_from_u64(4);
    let mut layer = dev.build_module::<Model, f64>();
    layer.start_mut().unwrap().copy_from(&[1.0, 2.0, 3.0]);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("layer.safetensors");
    layer.save_safetensors(&path).unwrap();
    let mut other = dev.build_module::<Model, f64>();
    other.load_safetensors(&path).unwrap();
    assert_eq!(other.start().unwrap().array(), [1.0, 2.0, 3.0]);
    assert!(dev.build_module::<Lstm<norm_layer::LayerNorm, Paper, 2, 3, 12>, f64>().start().is_none());
}

#[test]
fn noise_follows_its_seed_and_evaluation_repeats_it() {
    let dev = Cpu::seed_from_u64(5);
    let x = sequences(&dev, 4);
    let mut plain = dev.build_module::<Steps<4>, f64>();
    let mut noisy = plain.clone();
    noisy.set_start_noise(Some(StartNoise { std: 0.1, seed: 9 })).unwrap();
    let mut same = noisy.clone();
    let first = noisy.train(x.clone(), None).unwrap().0.as_vec();
    assert_eq!(same.train(x.clone(), None).unwrap().0.as_vec(), first);
    let second = noisy.train(x.clone(), None).unwrap().0.as_vec();
    assert!(apart(&first, &second) > 1e-3, "each pass draws its own");
    let evaluated = noisy.eval(x.clone(), None).unwrap().0.as_vec();
    assert_eq!(noisy.eval(x.clone(), None).unwrap().0.as_vec(), evaluated);
    // No noise is noise of size 0, and taking it off takes it off.
    let without = plain.train(x.clone(), None).unwrap().0.as_vec();
    assert!(apart(&without, &first) > 1e-3);
    noisy.set_start_noise(Some(StartNoise { std: 0.0, seed: 9 })).unwrap();
    assert_eq!(noisy.train(x.clone(), None).unwrap().0.as_vec(), without);
    noisy.set_start_noise(None).unwrap();
    assert_eq!(noisy.train(x, None).unwrap().0.as_vec(), without);
    for std in [-0.1, f64::NAN, f64::INFINITY] {
        let refused = noisy.set_start_noise(Some(StartNoise { std, seed: 0 }));
        assert!(matches!(refused, Err(Error::StartNoise { .. })));
    }
}
