//! Recurrent nets: both terms against differences of the path norm, invariance, size of what is left out, range.

use norm_path_sgd::{
    Dense, Error, FLOOR, LayerScales, Loss, Recurrent, RecurrentScales, descend, recurrent_scales,
    second_term,
};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

/// All weights of a net, in the order ih, hh, bias, read-out, its bias.
#[derive(Clone)]
struct Net {
    parts: [Vec<f64>; 5],
    sizes: [usize; 3],
    steps: usize,
    loss: Loss,
}

impl Net {
    /// Normal weights of variance 1 over the fan-in.
    fn random(seed: u64, sizes: [usize; 3], steps: usize, loss: Loss) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let [i, h, o] = sizes;
        let parts = [(h * i, i), (h * h, h), (h, h), (o * h, h), (o, h)].map(|(len, fan_in)| {
            let normal = |_| {
                let x: f64 = StandardNormal.sample(&mut rng);
                x / (fan_in as f64).sqrt()
            };
            (0..len).map(normal).collect()
        });
        Self { parts, sizes, steps, loss }
    }

    fn net(&self) -> Recurrent<'_, f64> {
        let [ih, hh, bias, out, out_bias] = &self.parts;
        let [inputs, hidden, outputs] = self.sizes;
        let readout = Some(Dense { weight: out, bias: Some(out_bias), inputs: hidden, outputs });
        let (steps, loss) = (self.steps, self.loss);
        Recurrent { weight_ih: ih, weight_hh: hh, bias: Some(bias), readout, inputs, hidden, steps, loss }
    }

    fn norm_squared(&self) -> f64 {
        recurrent_scales(&self.net()).unwrap().norm.squared()
    }
}

fn parts(scales: RecurrentScales) -> [Vec<f64>; 5] {
    let LayerScales { weight, bias } = scales.readout.unwrap();
    [scales.weight_ih, scales.weight_hh, scales.bias.unwrap(), weight, bias.unwrap()]
}

fn close(what: &str, a: f64, b: f64, tolerance: f64) {
    assert!((a - b).abs() <= tolerance * b.abs(), "{what}: {a} instead of {b}");
}

/// The squared path norm in plain loops.
fn plain(net: &Net) -> f64 {
    let [i, h, o] = net.sizes;
    let s = net.parts.clone().map(|p| p.iter().map(|w| w * w).collect::<Vec<_>>());
    let (mut state, mut sum) = (vec![0.0; h], 0.0);
    for t in 0..net.steps {
        state = (0..h)
            .map(|j| {
                let fresh: f64 = s[0][j * i..(j + 1) * i].iter().sum();
                fresh + s[2][j] + (0..h).map(|k| s[1][j * h + k] * state[k]).sum::<f64>()
            })
            .collect();
        if net.loss == Loss::EveryStep || t + 1 == net.steps {
            sum += (0..o)
                .map(|q| s[4][q] + (0..h).map(|k| s[3][q * h + k] * state[k]).sum::<f64>())
                .sum::<f64>();
        }
    }
    sum
}

#[test]
fn the_first_term_is_the_derivative_by_squared_weights() {
    for loss in [Loss::EveryStep, Loss::LastStep] {
        let net = Net::random(1, [3, 4, 2], 5, loss);
        close("norm", net.norm_squared(), plain(&net), 1e-12);
        let found = parts(recurrent_scales(&net.net()).unwrap().unscaled());
        for (p, found) in found.iter().enumerate() {
            for (i, found) in found.iter().enumerate() {
                let at = |h: f64| {
                    let mut moved = net.clone();
                    moved.parts[p][i] = (net.parts[p][i].powi(2) + h).sqrt();
                    plain(&moved)
                };
                let h = 1e-3 * net.parts[p][i].powi(2);
                // Fourth order.
                let slope = (8.0 * (at(h) - at(-h)) - (at(2.0 * h) - at(-2.0 * h))) / (12.0 * h);
                close(&format!("part {p}[{i}] {loss:?}"), *found, slope, 1e-7);
            }
        }
    }
}

/// `κ₁ + κ₂ = ½ ∂²φ²/∂w²`, on a net of two units and four steps, where the second term is not small.
#[test]
fn both_terms_are_half_the_second_derivative_by_weights() {
    for (seed, loss) in [(2, Loss::EveryStep), (3, Loss::LastStep), (4, Loss::EveryStep)] {
        let net = Net::random(seed, [2, 2, 2], 4, loss);
        let first = parts(recurrent_scales(&net.net()).unwrap().unscaled());
        let (second, log2_factor) = second_term(&net.net()).unwrap();
        for (p, first) in first.iter().enumerate() {
            for (i, first) in first.iter().enumerate() {
                let at = |h: f64| {
                    let mut moved = net.clone();
                    moved.parts[p][i] += h;
                    plain(&moved)
                };
                let h = 2e-3;
                let middle = -30.0 * at(0.0);
                let curve =
                    (16.0 * (at(h) + at(-h)) - (at(2.0 * h) + at(-2.0 * h)) + middle) / (12.0 * h * h);
                let dropped = if p == 1 { second[i] * 2f64.powi(log2_factor as i32) } else { 0.0 };
                close(&format!("part {p}[{i}]"), first + dropped, 0.5 * curve, 1e-6);
            }
        }
        let largest = |v: &[f64]| v.iter().copied().fold(0.0, f64::max);
        assert!(largest(&second) > 0.0);
    }
}

fn ratios(hidden: usize, steps: usize, seed: u64) -> (f64, f64) {
    let net = Net::random(seed, [5, hidden, 5], steps, Loss::EveryStep);
    let first = recurrent_scales(&net.net()).unwrap().weight_hh;
    let (second, _) = second_term(&net.net()).unwrap();
    let norm = |v: &[f64]| v.iter().map(|x| x * x).sum::<f64>().sqrt();
    (second.iter().sum::<f64>() / first.iter().sum::<f64>(), norm(&second) / norm(&first))
}

/// In sums over the recurrent weights, which is what a mean-field count of pairs of uses gives: `2T/H²` where equally
/// much arrives at every step, half of it where inputs and losses at every step pile up.
#[test]
fn pr1_the_second_term_is_of_size_2t_over_h_squared() {
    let steps = 10;
    for hidden in [10, 20, 40] {
        for seed in 0..3 {
            let (ratio, _) = ratios(hidden, steps, seed);
            let expected = (2 * steps) as f64 / (hidden * hidden) as f64;
            assert!(
                ratio > expected / 3.0 && ratio < expected * 3.0,
                "H = {hidden}: {ratio}, not {expected}"
            );
        }
    }
}

/// In Euclidean norms the ratio falls more slowly, about as `4 sqrt(3) / H^1.5`: a weight on the diagonal can be used
/// twice in a row, so its second term lacks one factor of 1/H.
#[test]
fn pr1_the_second_term_is_small_at_a_hundred_units() {
    let (sums, norms) = ratios(100, 10, 0);
    assert!(norms < 1e-2 && sums < 1e-2, "{norms} {sums}");
    // What the diagonal does: at 40 units already above three times 2T/H².
    assert!(ratios(40, 10, 2).1 > 3.0 * 20.0 / 1600.0);
}

/// Outputs and gradient of the mean squared error, in plain loops: differences would blur the bound of 1e-6.
fn gradient(net: &Net, xs: &[Vec<f64>], targets: &[Vec<f64>]) -> (Vec<f64>, [Vec<f64>; 5]) {
    let [i, h, o] = net.sizes;
    let [ih, hh, b, wo, bo] = &net.parts;
    let dot = |row: &[f64], x: &[f64]| row.iter().zip(x).map(|(w, x)| w * x).sum::<f64>();
    let mut states = vec![vec![0.0; h]];
    for x in xs {
        let before = &states[states.len() - 1];
        let unit = |j: usize| {
            (dot(&ih[j * i..(j + 1) * i], x) + dot(&hh[j * h..(j + 1) * h], before) + b[j]).max(0.0)
        };
        states.push((0..h).map(unit).collect());
    }
    let output = |s: &Vec<f64>| (0..o).map(|q| dot(&wo[q * h..(q + 1) * h], s) + bo[q]).collect::<Vec<_>>();
    let outputs: Vec<Vec<f64>> = states[1..].iter().map(output).collect();
    let mut d = net.parts.clone().map(|p| vec![0.0; p.len()]);
    let mut later = vec![0.0; h];
    for t in (0..xs.len()).rev() {
        for q in 0..o {
            let e = (outputs[t][q] - targets[t][q]) / xs.len() as f64;
            d[4][q] += e;
            for k in 0..h {
                d[3][q * h + k] += e * states[t + 1][k];
                later[k] += e * wo[q * h + k];
            }
        }
        let mut earlier = vec![0.0; h];
        for j in (0..h).filter(|j| states[t + 1][*j] > 0.0) {
            d[2][j] += later[j];
            (0..i).for_each(|u| d[0][j * i + u] += later[j] * xs[t][u]);
            for k in 0..h {
                d[1][j * h + k] += later[j] * states[t][k];
                earlier[k] += later[j] * hh[j * h + k];
            }
        }
        later = earlier;
    }
    (outputs.concat(), d)
}

#[test]
fn pr6_rescaled_recurrent_nets_stay_copies_with_the_first_term_alone() {
    let [i, h, o] = [4, 12, 3];
    let steps = 8;
    let start = Net::random(5, [i, h, o], steps, Loss::EveryStep);
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let c: Vec<f64> = (0..h).map(|_| 10f64.powf(rng.gen_range(-1.0..1.0))).collect();
    let mut rescaled = start.clone();
    for j in 0..h {
        (0..i).for_each(|u| rescaled.parts[0][j * i + u] *= c[j]);
        (0..h).for_each(|k| rescaled.parts[1][j * h + k] *= c[j] / c[k]);
        rescaled.parts[2][j] *= c[j];
        (0..o).for_each(|q| rescaled.parts[3][q * h + j] /= c[j]);
    }
    let draw = |rng: &mut ChaCha8Rng, n| (0..n).map(|_| rng.gen_range(-1.0..1.0)).collect::<Vec<f64>>();
    let xs: Vec<_> = (0..steps).map(|_| draw(&mut rng, i)).collect();
    let targets: Vec<_> = (0..steps).map(|_| draw(&mut rng, o)).collect();
    // How far apart the outputs are after 50 steps, relative to the largest, and how far the first net moved.
    let difference = |path: bool, rate: f64| {
        let (mut one, mut other) = (start.clone(), rescaled.clone());
        for _ in 0..50 {
            for net in [&mut one, &mut other] {
                let scales = recurrent_scales(&net.net()).unwrap();
                let log2_factor = if path { scales.log2_factor } else { 0 };
                let (_, gradient) = gradient(net, &xs, &targets);
                for ((w, g), k) in net.parts.iter_mut().zip(&gradient).zip(parts(scales)) {
                    let k = if path { k } else { vec![1.0; k.len()] };
                    descend(w, g, &k, log2_factor, rate, FLOOR).unwrap();
                }
            }
        }
        let outputs = [&start, &one, &other].map(|n| gradient(n, &xs, &targets).0);
        let apart = |of: usize| norm_core::conformance::relative_difference(&outputs[of], &outputs[1], 0.0);
        (apart(2), apart(0))
    };
    let (path, moved) = difference(true, 0.05);
    let (sgd, _) = difference(false, 0.005);
    assert!(moved > 0.1, "nothing was learnt: {moved}");
    assert!(path < 1e-6, "{path}");
    assert!(sgd > 1e-1, "{sgd}");
}

#[test]
fn hundreds_of_steps_stay_in_range_in_single_precision() {
    for (size, readout) in [(3.0_f32, true), (3.0, false), (0.01, true)] {
        let (hh, ih, out) = ([size, 0.5 * size, -size, size], [1.0_f32, -2.0], [0.5_f32, 0.25]);
        let dense = Dense { weight: &out[..], bias: None, inputs: 2, outputs: 1 };
        let net = Recurrent {
            weight_ih: &ih[..],
            weight_hh: &hh[..],
            bias: None,
            readout: readout.then_some(dense),
            inputs: 1,
            hidden: 2,
            steps: 400,
            loss: Loss::LastStep,
        };
        let scales = recurrent_scales(&net).unwrap();
        let read = scales.readout.as_ref().map(|r| &r.weight);
        let all = || scales.weight_ih.iter().chain(&scales.weight_hh).chain(read.into_iter().flatten());
        assert!(
            all().all(|k| k.is_finite()) && all().any(|k| *k >= 1.0) && scales.norm.ln().is_finite(),
            "{size}"
        );
        let (second, _) = second_term(&net).unwrap();
        assert!(second.iter().all(|k| k.is_finite() && *k >= 0.0));
        if size > 1.0 {
            assert!(scales.log2_factor > 1000, "{}", scales.log2_factor);
            assert!(all().all(|k| *k > 1e-30) && second.iter().all(|k| *k > 1e-30));
        }
    }
}

#[test]
fn what_is_no_net_is_refused() {
    let good = Net::random(7, [2, 3, 2], 2, Loss::EveryStep);
    let mut net = good.net();
    net.steps = 0;
    assert!(matches!(recurrent_scales(&net), Err(Error::Empty { what }) if what == "steps"));
    let mut net = good.net();
    net.weight_hh = &net.weight_hh[1..];
    assert!(matches!(recurrent_scales(&net), Err(Error::Length { expected: 9, got: 8, .. })));
    let mut net = good.net();
    net.readout.as_mut().unwrap().inputs = 4;
    assert!(matches!(second_term(&net), Err(Error::Chain { layer: 2, expected: 4, got: 3 })));
    let mut bad = good.clone();
    bad.parts[2][1] = f64::INFINITY;
    assert!(matches!(recurrent_scales(&bad.net()), Err(Error::NotFinite { index: 1, .. })));
}
