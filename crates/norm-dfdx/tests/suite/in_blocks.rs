//! Layers whose uses in training go block after block: batch normalization of each block, and a control whose state moves
//! on, on both paths.

use dfdx::prelude::*;
use norm_batch::{BatchNorm, GhostBatchNorm};
use norm_dfdx::{AfterUpdate, Composed, Declared, Fused, Norm, NormLayer, Path};

norm_core::formula! {
    /// Divided by what the store holds, its gradient controlled along the output
    Held(none) as "held" over batch + space {
        policy running;
        param gain = 1.0; const eps = 1e-3; const keep = 0.8; const block = 2;
        ms = mean(square(x));
        z  = controlled(x * rsqrt(prev(ms) + eps), x * rsqrt(prev(ms) + eps), keep);
        y  = gain * z;
    }
}

const N: usize = 5;
const C: usize = 3;

type Rows = Tensor<(usize, Const<C>), f64, Cpu>;

fn rows(dev: &Cpu, n: usize, salt: u64) -> Rows {
    let value = |i: u64| ((i * 7 + salt * 31) as f64).sin() * 1.5;
    dev.tensor_from_vec((0..(n * C) as u64).map(value).collect(), (n, Const))
}

fn close(what: &str, got: &[f64], want: &[f64]) {
    assert_eq!(got.len(), want.len(), "{what}");
    for (i, (g, w)) in got.iter().zip(want).enumerate() {
        assert!((g - w).abs() <= 1e-12 * (1.0 + w.abs()), "{what} at {i}: {g}, not {w}");
    }
}

/// What a use in training gives: output, gradient of the input, gradient of the gain.
fn used<F: norm_core::Formula, P: Path<f64, Cpu>>(
    layer: &mut NormLayer<F, C, f64, Cpu, Declared, P>,
    x: &Rows,
    upstream: &Rows,
) -> [Vec<f64>; 3] {
    let y = layer.train(x.leaky_trace()).unwrap();
    let values = y.as_vec();
    let gradients = (y * upstream.clone()).sum().backward();
    [values, gradients.get(x).as_vec(), gradients.get(layer.param("gain").unwrap()).as_vec()]
}

fn blocks_are_batches<P: Path<f64, Cpu>>() {
    let dev = Cpu::default();
    let mut whole = dev.build_module::<Norm<GhostBatchNorm, C, Declared, P>, f64>();
    *whole.const_mut("block").unwrap() = 2.0;
    let mut each = dev.build_module::<Norm<BatchNorm, C, Declared, P>, f64>();
    for salt in 1..3 {
        let (x, upstream) = (rows(&dev, N, salt), rows(&dev, N, salt + 10));
        let [y, dx, dgain] = used(&mut whole, &x, &upstream);
        let (mut want_y, mut want_dx, mut want_dgain) = (Vec::new(), Vec::new(), vec![0.0; C]);
        for block in [0..2, 2..4, 4..5] {
            let cases = block.len();
            let part = |t: &Rows| -> Rows {
                dev.tensor_from_vec(t.as_vec()[block.start * C..block.end * C].to_vec(), (cases, Const))
            };
            let [y, dx, dgain] = used(&mut each, &part(&x), &part(&upstream));
            want_y.extend(y);
            want_dx.extend(dx);
            want_dgain.iter_mut().zip(dgain).for_each(|(sum, d)| *sum += d);
        }
        close("y", &y, &want_y);
        close("dx", &dx, &want_dx);
        close("dgain", &dgain, &want_dgain);
        for statistic in ["mu", "var"] {
            let stored = |of: Option<&Tensor<Rank1<C>, f64, Cpu>>| of.unwrap().as_vec();
            close(statistic, &stored(whole.running(statistic)), &stored(each.running(statistic)));
        }
        let x = rows(&dev, N, 9);
        close("eval", &whole.eval(x.clone()).unwrap().as_vec(), &each.eval(x).unwrap().as_vec());
    }
}

#[test]
fn blocks_are_batches_one_after_the_other() {
    blocks_are_batches::<Fused>();
    blocks_are_batches::<Composed>();
}

#[test]
fn a_block_that_is_no_number_of_cases_is_refused_and_nothing_is_averaged() {
    let dev = Cpu::default();
    let mut layer = dev.build_module::<Norm<GhostBatchNorm, C>, f64>();
    *layer.const_mut("block").unwrap() = 0.5;
    let said = layer.train(rows(&dev, N, 1)).err().unwrap().to_string();
    assert!(said.contains("block") && said.contains("0.5"), "{said}");
    assert_eq!(layer.running("mu").unwrap().as_vec(), [0.0; C]);
}

/// The declaration once more, case by case in plain loops: `[y, dx]`.
fn by_hand(x: &[f64], dy: &[f64], ms: &mut [f64], state: &mut [f64], rate: f64) -> [Vec<f64>; 2] {
    let (mut y, mut dx) = (vec![0.0; x.len()], vec![0.0; x.len()]);
    for from in (0..N).step_by(2) {
        let cases = from..N.min(from + 2);
        for c in 0..C {
            let n = cases.len() as f64;
            let deviation = (ms[c] + 1e-3).sqrt();
            let (mut square, mut along) = (0.0, 0.0);
            for at in cases.clone().map(|case| case * C + c) {
                y[at] = x[at] / deviation;
                let q = dy[at] - 0.2 * state[c] * y[at];
                dx[at] = q / deviation;
                square += x[at] * x[at] / n;
                along += q * y[at] / n;
            }
            ms[c] += rate * (square - ms[c]);
            state[c] += along;
        }
    }
    [y, dx]
}

fn a_control_moves_on<P: Path<f64, Cpu>>() {
    let dev = Cpu::default();
    let mut layer = dev.build_module::<Norm<Held, C, Declared, P>, f64>();
    let rate = layer.averaging().rate;
    let (mut ms, mut state) = (vec![1.0; C], vec![0.0; C]);
    for salt in 1..4 {
        let (x, upstream) = (rows(&dev, N, salt), rows(&dev, N, salt + 20));
        let [y, dx, _] = used(&mut layer, &x, &upstream);
        let want = by_hand(&x.as_vec(), &upstream.as_vec(), &mut ms, &mut state, rate);
        close("y", &y, &want[0]);
        close("dx", &dx, &want[1]);
        close("ms", &layer.running("ms").unwrap().as_vec(), &ms);
        // A copy hears of its own uses only; the layer itself takes in what it is told of.
        let copy = layer.clone();
        layer.after_update();
        close("state", &layer.control("control_z").unwrap().as_vec(), &state);
        assert!(copy.control("control_z").unwrap().as_vec() != state, "the copy was taken before");
    }
    // In evaluation nothing is held down, and nothing moves.
    let x = rows(&dev, N, 9);
    let gradients = layer.eval(x.leaky_trace()).unwrap().sum().backward();
    let want: Vec<f64> = (0..N * C).map(|at| 1.0 / (ms[at % C] + 1e-3).sqrt()).collect();
    close("dx in evaluation", &gradients.get(&x).as_vec(), &want);
    layer.after_update();
    close("state", &layer.control("control_z").unwrap().as_vec(), &state);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("layer.safetensors");
    layer.save_safetensors(&file).unwrap();
    let mut other = dev.build_module::<Norm<Held, C, Declared, P>, f64>();
    other.load_safetensors(&file).unwrap();
    close("loaded", &other.control("control_z").unwrap().as_vec(), &state);
}

#[test]
fn a_control_moves_on_from_block_to_block_and_use_to_use() {
    a_control_moves_on::<Fused>();
    a_control_moves_on::<Composed>();
}
