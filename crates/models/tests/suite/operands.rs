//! Cells whose weights, or weights and what they meet, are normalized: the plain cell with the weights that act, and
//! gradients by central differences.

use dfdx::prelude::*;
use models::{Lstm, LstmLayer, NoPlacement, PlacedIn, Usual};
use norm_core::Formula;
use norm_cosine::CosineNorm;
use norm_none::None;
use norm_weight::{ExpWeightNorm, WeightNorm};

const T: usize = 4;
const N: usize = 3;
const I: usize = 2;
const H: usize = 3;
const W: usize = 4 * H;

type Layer<F> = LstmLayer<F, Usual<F>, I, H, W, f64, Cpu>;
type Input = Tensor<(usize, usize, Const<I>), f64, Cpu>;

fn layer<F: Formula>(dev: &Cpu) -> Layer<F>
where
    Usual<F>: PlacedIn,
{
    dev.build_module::<Lstm<F, Usual<F>, I, H, W>, f64>()
}

fn input(dev: &Cpu) -> Input {
    let values = (0..T * N * I).map(|i| ((i * 7 + 3) as f64).sin()).collect();
    dev.tensor_from_vec(values, (T, N, Const))
}

/// A loss that looks at every hidden state in its own way.
fn loss<F: Formula>(l: &Layer<F>, x: &Input) -> f64
where
    Usual<F>: PlacedIn,
{
    let (y, _) = l.eval(x.clone(), Option::None).unwrap();
    y.as_vec().iter().enumerate().map(|(i, y)| y * ((i + 1) as f64).cos()).sum()
}

/// A tensor of a layer, to read and to change.
type Get<L, S> = fn(&mut L) -> &mut Tensor<S, f64, Cpu>;

/// Holds the tape's gradient of one tensor against central differences, element by element.
fn agrees<F: Formula, S: ConstShape>(get: Get<Layer<F>, S>)
where
    Usual<F>: PlacedIn,
{
    let dev = Cpu::seed_from_u64(5);
    let mut l = layer::<F>(&dev);
    let x = input(&dev);
    let (y, _) = l.train(x.leaky_trace(), Option::None).unwrap();
    let weights = (0..T * N * H).map(|i| ((i + 1) as f64).cos()).collect();
    let weights: Tensor<(usize, usize, Const<H>), f64, Cpu> = dev.tensor_from_vec(weights, (T, N, Const));
    let gradients = (y * weights).sum().backward();
    let found = gradients.get(get(&mut l)).as_vec();
    let start = get(&mut l).as_vec();
    assert!(found.iter().any(|d| d.abs() > 1e-4), "no gradient arrives");
    for at in 0..start.len() {
        let mut moved = |by: f64| {
            let mut values = start.clone();
            values[at] += by;
            get(&mut l).copy_from(&values);
            loss(&l, &x)
        };
        let step = 1e-5;
        let expected = (moved(step) - moved(-step)) / (2.0 * step);
        assert!(
            (found[at] - expected).abs() <= 1e-7 * expected.abs().max(1.0),
            "element {at} of {:?}: {} where central differences say {expected}",
            S::default(),
            found[at]
        );
    }
    get(&mut l).copy_from(&start);
}

#[test]
fn normalized_weights_are_the_plain_cell_with_what_acts() {
    let dev = Cpu::seed_from_u64(1);
    let mut l = layer::<WeightNorm>(&dev);
    let gains: Vec<f64> = (0..W).map(|i| 0.5 + i as f64 / 10.0).collect();
    for side in ["ih", "hh"] {
        l.row_param_mut(side, "gain").unwrap().copy_from(&gains);
    }
    let mut plain = dev.build_module::<Lstm<None, NoPlacement, I, H, W>, f64>();
    let acting = |rows: Vec<f64>, width: usize| -> Vec<f64> {
        let rows = rows.chunks(width).zip(&gains);
        rows.flat_map(|(row, g)| {
            let norm = row.iter().map(|v| v * v).sum::<f64>().sqrt();
            row.iter().map(move |v| g * v / norm).collect::<Vec<_>>()
        })
        .collect()
    };
    plain.weight_ih.copy_from(&acting(l.weight_ih.as_vec(), I));
    plain.weight_hh.copy_from(&acting(l.weight_hh.as_vec(), H));
    let x = input(&dev);
    let (ours, _) = l.eval(x.clone(), Option::None).unwrap();
    let (theirs, _) = plain.eval(x, Option::None).unwrap();
    for (a, b) in ours.as_vec().iter().zip(theirs.as_vec()) {
        assert!((a - b).abs() < 1e-12, "{a} and {b}");
    }
}

#[test]
fn gradients_flow_through_normalized_weights() {
    agrees::<WeightNorm, Rank2<W, I>>(|l| &mut l.weight_ih);
    agrees::<WeightNorm, Rank2<W, H>>(|l| &mut l.weight_hh);
    agrees::<WeightNorm, Rank1<W>>(|l| l.row_param_mut("ih", "gain").unwrap());
    agrees::<ExpWeightNorm, Rank1<W>>(|l| l.row_param_mut("hh", "log_gain").unwrap());
}

#[test]
fn gradients_flow_through_cosines() {
    agrees::<CosineNorm, Rank2<W, I>>(|l| &mut l.weight_ih);
    agrees::<CosineNorm, Rank2<W, H>>(|l| &mut l.weight_hh);
}

/// Of what meets in a cosine only the direction counts.
#[test]
fn cosines_do_not_see_the_size_of_weights_and_inputs() {
    let dev = Cpu::seed_from_u64(2);
    let mut l = layer::<CosineNorm>(&dev);
    let x = input(&dev);
    let before = loss(&l, &x);
    let scaled: Vec<f64> = l.weight_hh.as_vec().iter().map(|w| 3.0 * w).collect();
    l.weight_hh.copy_from(&scaled);
    assert!((loss(&l, &(x.clone() * 5.0)) - before).abs() < 1e-9);
    let mut turned = scaled;
    turned[0] += 1.0;
    l.weight_hh.copy_from(&turned);
    assert!((loss(&l, &x) - before).abs() > 1e-4, "their direction counts");
}

#[test]
fn they_are_saved_and_loaded_by_name() {
    let dev = Cpu::seed_from_u64(3);
    let mut l = layer::<WeightNorm>(&dev);
    l.row_param_mut("hh", "gain").unwrap().copy_from(&[2.5; W]);
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("lstm.safetensors");
    l.save_safetensors(&file).unwrap();
    let mut other = layer::<WeightNorm>(&Cpu::seed_from_u64(4));
    other.load_safetensors(&file).unwrap();
    assert_eq!(other.row_param_mut("hh", "gain").unwrap().as_vec(), [2.5; W]);
    assert!(other.row_param_mut("hh", "bias").is_none());
    assert_eq!(loss(&l, &input(&dev)), loss(&other, &input(&dev)));
}
