//! Padding is harmless: a case says and learns in a padded batch what it does alone.

use crate::common::SmallGain;
use dfdx::prelude::*;
use models::{
    Error, GatedKeep, GruClassifier, Lengths, LstmClassifier, Paper, RecurrentBatch, RnnClassifier, Sequence,
    Tanh,
};
use norm_layer::LayerNorm;

const LENGTHS: [usize; 4] = [3, 1, 5, 4];

/// A step of a case, or what pads it.
fn value(case: usize, step: usize, i: usize, padding: f64) -> f64 {
    if step < LENGTHS[case] { ((case * 31 + step * 7 + i * 3) % 13) as f64 / 6.0 - 1.0 } else { padding }
}

/// Cases in a batch of so many steps.
fn batch(dev: &Cpu, cases: &[usize], steps: usize, padding: f64) -> Sequence<2, f64, Cpu> {
    let at = |t: usize| cases.iter().flat_map(move |&n| [0, 1].map(|i| value(n, t, i, padding)));
    dev.tensor_from_vec((0..steps).flat_map(at).collect(), (steps, cases.len(), Const))
}

fn lengths(cases: &[usize], steps: usize) -> Lengths {
    Lengths::new(cases.iter().map(|&n| LENGTHS[n]).collect(), steps).unwrap()
}

/// Logits of some cases, and the gradients of both weights by the sum of their squares.
macro_rules! pass {
    ($model:expr, $x:expr, $lengths:expr) => {{
        let logits = $model.train($x.leaky_traced(), $lengths).unwrap();
        let (said, loss) = (logits.as_vec(), logits.square().sum::<Rank0, _>());
        let gradients = loss.backward();
        let of_weights = gradients.get(&$model.recurrent.weight_ih).as_vec();
        (said, [of_weights, gradients.get(&$model.recurrent.weight_hh).as_vec()].concat())
    }};
}

fn same(what: &str, a: &[f64], b: &[f64]) {
    let apart = norm_core::conformance::difference(a, b);
    assert!(apart < 1e-12, "{what}: {apart:e}");
}

/// Each case alone and unpadded, against all of them padded with large numbers.
macro_rules! alone {
    ($model:ty) => {{
        let dev = Cpu::seed_from_u64(3);
        let mut model = dev.build_module::<$model, f64>();
        let all = [0, 1, 2, 3];
        let padded = lengths(&all, 6);
        let (said, learned) = pass!(model, batch(&dev, &all, 6, 1e3), Some(&padded));
        let (mut each, mut sum) = (Vec::new(), vec![0.0; learned.len()]);
        for n in all {
            let (one, gradient) = pass!(model, batch(&dev, &[n], LENGTHS[n], 0.0), None);
            each.extend(one);
            sum.iter_mut().zip(gradient).for_each(|(sum, g)| *sum += g);
        }
        same("logits", &said, &each);
        same("gradients", &learned, &sum);
        assert!(learned.iter().any(|g| g.abs() > 1e-3));
        let evaluated = model.eval(batch(&dev, &all, 6, 1e3), Some(&padded)).unwrap().as_vec();
        same("evaluation", &evaluated, &each);
    }};
}

#[test]
fn within_cases_a_padded_batch_is_its_cases() {
    alone!(LstmClassifier<LayerNorm, Paper, 2, 3, 12, 2>);
    alone!(GruClassifier<GatedKeep, LayerNorm, Paper, 2, 3, 9, 6, 2>);
    alone!(RnnClassifier<Tanh, LayerNorm, Paper, 2, 3, 2>);
}

#[test]
fn within_cases_a_padded_batch_is_its_cases_in_each_of_two_layers() {
    alone!(LstmClassifier<LayerNorm, Paper, 2, 3, 12, 2, 2>);
    alone!(GruClassifier<GatedKeep, LayerNorm, Paper, 2, 3, 9, 6, 2, 2>);
}

/// Where statistics pool over cases no case is alone: what pads the batch and how much of it must not matter.
macro_rules! padding_does_not_matter {
    ($model:ty) => {{
        let dev = Cpu::seed_from_u64(4);
        let fresh = dev.build_module::<$model, f64>();
        let all = [0, 1, 2, 3];
        let of = |steps: usize, padding: f64| {
            let (mut model, lengths) = (fresh.clone(), lengths(&all, steps));
            let (said, learned) = pass!(model, batch(&dev, &all, steps, padding), Some(&lengths));
            let evaluated = model.eval(batch(&dev, &all, steps, padding), Some(&lengths)).unwrap().as_vec();
            (said, learned, evaluated)
        };
        let (said, learned, evaluated) = of(5, 0.0);
        for (steps, padding) in [(5, 1e3), (6, 0.0), (6, -7.0)] {
            let other = of(steps, padding);
            same("logits", &said, &other.0);
            same("gradients", &learned, &other.1);
            same("evaluation", &evaluated, &other.2);
        }
    }};
}

#[test]
fn across_cases_neither_the_padding_nor_its_length_matters() {
    padding_does_not_matter!(LstmClassifier<SmallGain, RecurrentBatch<6>, 2, 3, 12, 2>);
    padding_does_not_matter!(LstmClassifier<SmallGain, RecurrentBatch<6>, 2, 3, 12, 2, 2>);
}

/// What the lower layer says of padded steps is 0 whatever pads them, which the upper one must not take for a step.
#[test]
fn the_upper_layer_is_masked_as_the_lower_one_is() {
    let dev = Cpu::seed_from_u64(5);
    let mut model = dev.build_module::<LstmClassifier<SmallGain, RecurrentBatch<6>, 2, 3, 12, 2, 2>, f64>();
    let mut by_hand = model.clone();
    let all = [0, 1, 2, 3];
    let (x, lengths) = (batch(&dev, &all, 6, 1e3), lengths(&all, 6));
    let said = model.train(x.clone(), Some(&lengths)).unwrap().as_vec();
    let (y, _) = by_hand.recurrent.train(x.clone(), Some(lengths.mask())).unwrap();
    let (y, _) = by_hand.above[0].train(y, Some(lengths.mask())).unwrap();
    let last = lengths.last_states(y).unwrap();
    same("logits", &said, &by_hand.linear.forward(last).as_vec());
    let evaluated = model.eval(x.clone(), Some(&lengths)).unwrap().as_vec();
    same("evaluation", &evaluated, &by_hand.eval(x, Some(&lengths)).unwrap().as_vec());
}

#[test]
fn states_are_taken_where_cases_end() {
    let dev = Cpu::default();
    let y: Sequence<1, f64, Cpu> = dev.tensor_from_vec((0..6).map(f64::from).collect(), (3, 2, Const));
    let lengths = Lengths::new(vec![1, 3], 3).unwrap();
    assert_eq!(lengths.mask(), [true, true, false, true, false, true]);
    assert_eq!(lengths.last_states(y.clone()).unwrap().as_vec(), [0.0, 5.0]);
    assert_eq!(lengths.own_states(y.clone()).unwrap().as_vec(), [0.0, 1.0, 3.0, 5.0]);
    assert!(Lengths::new(vec![1, 2, 3], 3).unwrap().last_states(y).is_err(), "another number of cases");
}

#[test]
fn a_length_that_is_none_is_refused_with_its_case() {
    for (each, case, got) in [(vec![2, 0], 1, 0), (vec![4, 2], 0, 4)] {
        let refused = Lengths::new(each, 3).unwrap_err();
        let named = matches!(refused, Error::Length { case: c, got: g, steps: 3 } if (c, g) == (case, got));
        assert!(named, "{refused}");
    }
}
