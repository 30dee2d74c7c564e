//! Weights, inputs, both, and the update.

use norm_core::conformance::difference;
use norm_core::policy::Running;
use norms::updates::norm_path_sgd::{Dense, Layer, path_scales};

use crate::run::{BIASED, Run, close};
use crate::{Entry, Held};
use Held::{Advice, By, Here, Source};

const NORMED: &str = "norm-dfdx/tests/suite/normed_linear.rs";
const IDENTITIES: &str = "norms/tests/identities.rs";
const PATHS: &str = "norm-path-sgd/tests/chain.rs";
const RECURRENT: &str = "norm-path-sgd/tests/recurrent.rs";

pub(crate) const ENTRIES: fn() -> Vec<Entry> = || {
    vec![
        ("weight", "The paper and its code have no epsilon", Here(a_row_of_zeros_is_left)),
        ("weight", "Lua Torch's layer adds 1e-4", Here(a_gain_of_the_norm_gives_the_weights_back)),
        ("weight", "The norm runs over all axes", Here(rows_are_outputs)),
        ("weight", "A comparison is fair", Source),
        ("weight", "Weight decay on the direction", Here(|| blind_to_length("weight"))),
        (
            "weight",
            "The gradient is orthogonal",
            By(NORMED, "the_gradient_is_orthogonal_to_the_direction_and_plain_steps_lengthen_it"),
        ),
        ("weight-exp", "Reported as no better", Source),
        ("weight-exp", "In single precision a logarithm above", Here(the_range_of_the_exponential)),
        ("weight-exp", "A gain below 0 cannot be said", Here(a_gain_of_one_at_no_logarithm)),
        ("weight-standardization", "Epsilon is added to the deviation", Here(epsilon_beside_the_deviation)),
        ("weight-standardization", "There is no gain", Here(variance_grows_with_the_fan_in)),
        ("weight-standardization", "A unit with one input", Here(one_input)),
        ("cosine", "A vector of zeros", Here(|| no_direction("cosine", 0.0))),
        ("cosine", "There is no bias in the norms", Here(|| blind_to_length("cosine"))),
        (
            "cosine",
            "The sum lies in [-1, 1]",
            By(NORMED, "cosine_logits_floor_the_loss_until_they_are_scaled"),
        ),
        ("cosine", "Zero padding lowers the norm", Here(padding_raises_the_answer)),
        ("cosine-centred", "The means run over the components", Here(vectors_by_themselves)),
        ("cosine-centred", "Blind to one number added", Here(blind_to_one_number)),
        ("cosine-centred", "A vector of equal components", Here(|| no_direction("cosine-centred", 0.7))),
        (
            "ndp",
            "`k` above 0 is another model",
            By(
                IDENTITIES,
                "question_row_22_the_normalized_dot_product_is_the_rectified_cosine_or_correlation",
            ),
        ),
        (
            "ndp",
            "`thres` raises the norm",
            By(
                IDENTITIES,
                "question_row_22_the_normalized_dot_product_is_the_rectified_cosine_or_correlation",
            ),
        ),
        (
            "ndp",
            "`zero` = 0 centres the template only",
            By(
                IDENTITIES,
                "question_row_22_the_normalized_dot_product_is_the_rectified_cosine_or_correlation",
            ),
        ),
        ("ndp", "A patch of norm 0", Here(|| no_direction("ndp", 0.0))),
        ("spectral", "One step per use", Here(good_where_weights_move_slowly)),
        (
            "spectral",
            "Both vectors are constants",
            Here(|| assert!(!Run::new("spectral", 3, 4, 1).d().exact_gradient)),
        ),
        (
            "spectral",
            "The vector over outputs starts drawn",
            By("norms/tests/spectral.rs", "columns_that_sum_to_nothing_are_no_trap"),
        ),
        (
            "spectral",
            "In a recurrent network that is unrolled",
            By("models/tests/suite/operands.rs", "normalized_weights_are_the_plain_cell_with_what_acts"),
        ),
        ("spectral", "A matrix of zeros", Here(zeros_stay)),
        (
            "spectral",
            "Evaluation makes no step",
            By("eval/tests/forms/images.rs", "what_is_kept_of_weights_goes_on"),
        ),
        ("path-sgd", "The published PyTorch code", Source),
        ("path-sgd", "The same code never zeroes", Source),
        ("path-sgd", "Biases are divided by", By(PATHS, "scales_are_those_of_the_enumerated_paths")),
        (
            "path-sgd",
            "The scales span many orders",
            By(RECURRENT, "hundreds_of_steps_stay_in_range_in_single_precision"),
        ),
        ("path-sgd", "A weight on no live path", By(PATHS, "a_dead_unit_has_scale_zero_and_stays")),
        ("path-sgd", "Momentum keeps the invariance", Here(what_keeps_the_invariance_to_rescaling)),
        ("path-sgd", "The learning rate has other units", Advice),
        (
            "path-sgd",
            "Paths end in every output",
            By(RECURRENT, "the_first_term_is_the_derivative_by_squared_weights"),
        ),
        (
            "path-sgd",
            "For ReLU and linear units only",
            By(PATHS, "a_convolution_is_its_unrolled_matrix_summed_over_uses"),
        ),
        (
            "path-sgd",
            "In a recurrent net the second term",
            By(RECURRENT, "both_terms_are_half_the_second_derivative_by_weights"),
        ),
    ]
};

fn a_row_of_zeros_is_left() {
    let mut run = Run::new("weight", 2, 3, 1);
    run.x[..3].fill(0.0);
    assert!(run.y()[..3].iter().chain(&run.dx()[..3]).all(|v| *v == 0.0));
    // `tiny` is the sum of squares up to which a row counts as zeros.
    let tiny = run.consts[0];
    run.x[..3].copy_from_slice(&[(2.0 * tiny).sqrt(), 0.0, 0.0]);
    close(run.y()[0], 1.0, 1e-12);
}

fn a_gain_of_the_norm_gives_the_weights_back() {
    let mut run = Run::new("weight", 2, 3, 1);
    run.inputs[0] = run.x.chunks(3).map(|row| row.iter().map(|v| v * v).sum::<f64>().sqrt()).collect();
    close(difference(&run.y(), &run.x), 0.0, 1e-14);
}

fn rows_are_outputs() {
    let run = Run::new("weight", 4, 3, 1);
    for row in run.y().chunks(3) {
        close(row.iter().map(|v| v * v).sum::<f64>(), 1.0, 1e-13);
    }
}

fn blind_to_length(id: &str) {
    let run = Run::new(id, 4, 3, 1);
    close(difference(&run.clone().map(|v| 7.0 * v).y(), &run.y()), 0.0, 1e-14);
}

fn a_gain_of_one_at_no_logarithm() {
    let run = |log: f64| Run::new("weight-exp", 2, 3, 1).with("log_gain", log).y();
    let size = |y: Vec<f64>| y[..3].iter().map(|v| v * v).sum::<f64>().sqrt();
    close(size(run(0.0)), 1.0, 1e-13);
    // However far below 0 the logarithm is, the gain is not; a gain of single precision ends at a logarithm of 88.
    let (small, positive) = (run(-30.0), run(0.0));
    assert!(small.iter().zip(&positive).all(|(a, b)| a.signum() == b.signum() && *a != 0.0));
}

fn the_range_of_the_exponential() {
    let k = norms::find("weight-exp").unwrap().f32;
    let layout = k.descriptor.reference_set.layout(1, 3, 1, 1).unwrap();
    let y = |log_gain: f32, x: [f32; 3]| {
        let mut stats = vec![0.0; k.statistics_len(&layout)];
        let consts = k.descriptor.default_consts();
        let call = norm_core::Call { layout, x: &x, params: &[&[log_gain]], consts: &consts, mask: None };
        k.forward_new(norm_core::Isa::detect(), &call, &mut stats).unwrap()
    };
    assert!(y(88.7, [0.0, 3.0, 4.0]).iter().all(|v| v.is_finite()));
    let beyond = y(88.8, [0.0, 3.0, 4.0]);
    assert!(beyond[0].is_nan() && beyond[1].is_infinite(), "{beyond:?}");
}

fn epsilon_beside_the_deviation() {
    let run = Run::new("weight-standardization", 1, 5, 1).with("eps", 0.5);
    let m = run.x.iter().sum::<f64>() / 5.0;
    let unbiased = (run.x.iter().map(|v| (v - m).powi(2)).sum::<f64>() / 4.0).sqrt();
    close(run.y()[2], (run.x[2] - m) / (unbiased + 0.5), 1e-13);
}

fn variance_grows_with_the_fan_in() {
    let size = |inputs: usize| {
        let run = Run::new("weight-standardization", 1, inputs, 1);
        run.y().iter().map(|v| v * v).sum::<f64>()
    };
    close(size(400) / size(100), 4.0, 0.1);
    assert!(Run::new("weight-standardization", 1, 5, 1).inputs.is_empty());
}

fn one_input() {
    let run = Run::new("weight-standardization", 3, 1, 1);
    assert!(run.y().iter().chain(&run.dx()).all(|v| *v == 0.0));
    let equal = Run::new("weight-standardization", 1, 4, 1).map(|_| 0.5);
    assert_eq!(equal.y(), [0.0; 4]);
    let mean = equal.dy.iter().sum::<f64>() / 4.0;
    for (dx, dy) in equal.dx().iter().zip(&equal.dy) {
        close(*dx, (dy - mean) / equal.consts[0], (dy - mean).abs() * 1e-6 / equal.consts[0]);
    }
}

fn no_direction(id: &str, level: f64) {
    let mut run = Run::new(id, 2, 6, 1);
    run.x[..6].fill(level);
    assert!(run.y()[..6].iter().chain(&run.dx()[..6]).all(|v| *v == 0.0), "{id}");
    assert!(run.y()[6..].iter().all(|v| *v != 0.0));
    if id == "ndp" {
        let centred = |run: Run| run.with("zero", 1.0);
        run.x[..6].fill(0.7);
        assert!(centred(run.clone()).y()[..6].iter().all(|v| *v == 0.0));
        assert!(centred(run).with("k", 1.0).y()[..6].iter().any(|v| *v != 0.0));
    }
}

fn padding_raises_the_answer() {
    // A patch and the same with half of it padded away: each left component is larger.
    let run = Run::new("cosine", 1, 6, 1);
    let mut padded = run.clone();
    padded.x[3..].fill(0.0);
    let (whole, part) = (run.y(), padded.y());
    assert!((0..3).all(|i| part[i].abs() > whole[i].abs()));
}

fn vectors_by_themselves() {
    let run = Run::new("cosine-centred", 3, 5, 1);
    let mut other = run.clone();
    other.x[5..].iter_mut().for_each(|v| *v += 2.0 * v.abs());
    close(difference(&run.y()[..5], &other.y()[..5]), 0.0, 0.0);
    for row in run.y().chunks(5) {
        close(row.iter().sum::<f64>(), 0.0, 1e-14);
    }
}

fn blind_to_one_number() {
    let run = Run::new("cosine-centred", 2, 5, 1);
    close(difference(&run.clone().map(|v| v + 3.0).y(), &run.y()), 0.0, 1e-13);
    let mut other = run.clone();
    other.x.iter_mut().enumerate().for_each(|(i, v)| *v += i as f64 % 5.0);
    assert!(difference(&other.y(), &run.y()) > 0.1);
}

/// Its rate is 1: what is stored is what the last use came to.
fn good_where_weights_move_slowly() {
    let run = Run::new("spectral", 4, 5, 1);
    let running = Running { rate: 1.0, ..BIASED };
    let mut store = Running::initial::<f64>(run.d(), 4);
    let divisor = |run: &Run, y: &[f64]| run.x[0] / y[0];
    for _ in 0..200 {
        run.train(running, &mut store);
    }
    let settled = divisor(&run, &run.train(running, &mut store));
    // A small move is followed at once, a jump only after several uses.
    let moved = run.clone().map(|v| v + 1e-4 * v.sin());
    let jumped = run.clone().of(run.x.iter().rev().copied().collect());
    let of = |run: &Run, uses: usize| {
        let mut store = store.clone();
        let mut y = Vec::new();
        for _ in 0..uses {
            y = run.train(running, &mut store);
        }
        divisor(run, &y)
    };
    close(of(&moved, 1) / of(&moved, 300), 1.0, 1e-5);
    close(settled / of(&run, 300), 1.0, 1e-9);
    assert!((of(&jumped, 1) / of(&jumped, 600) - 1.0).abs() > 1e-3);
    assert!((of(&jumped, 100) / of(&jumped, 600) - 1.0).abs() < 1e-3);
}

fn zeros_stay() {
    let run = Run::new("spectral", 3, 4, 1);
    let running = Running { rate: 1.0, ..BIASED };
    let mut store = Running::initial::<f64>(run.d(), 3);
    run.clone().map(|_| 0.0).train(running, &mut store);
    assert_eq!(store, [0.0; 3]);
    for _ in 0..3 {
        run.train(running, &mut store);
    }
    assert_eq!(store, [0.0; 3]);
}

/// A net `[3, 4, 2]` with one ReLU, its matrices row-major.
type Net = [Vec<f64>; 2];

const WIDTHS: [usize; 3] = [3, 4, 2];

fn outputs(net: &Net, x: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let through = |w: &[f64], x: &[f64]| -> Vec<f64> {
        w.chunks(x.len()).map(|row| row.iter().zip(x).map(|(w, x)| w * x).sum()).collect()
    };
    let hidden: Vec<f64> = through(&net[0], x).iter().map(|v| v.max(0.0)).collect();
    (through(&net[1], &hidden), hidden)
}

/// The gradient of the squares of the outputs over some inputs.
fn gradient(net: &Net, inputs: &[Vec<f64>]) -> Net {
    let mut found = [vec![0.0; 12], vec![0.0; 8]];
    for x in inputs {
        let (y, hidden) = outputs(net, x);
        for (o, y) in y.iter().enumerate() {
            for (h, value) in hidden.iter().enumerate() {
                found[1][o * 4 + h] += 2.0 * y * value;
                if *value > 0.0 {
                    for (i, x) in x.iter().enumerate() {
                        found[0][h * 3 + i] += 2.0 * y * net[1][o * 4 + h] * x;
                    }
                }
            }
        }
    }
    found
}

/// What an optimizer makes of a gradient that is divided by the path scales.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Rule {
    Plain,
    Momentum,
    DecayOfWeights,
    DecayInGradients,
    Adam,
    Clipping,
}

/// Outputs after some steps, of a net whose hidden units were rescaled by these factors.
fn trained(rule: Rule, factors: [f64; 4]) -> Vec<f64> {
    let inputs: Vec<Vec<f64>> = (0..6).map(|i| crate::run::noise(3, 70 + i)).collect();
    let mut net = [crate::run::noise(12, 61), crate::run::noise(8, 62)];
    net[0].iter_mut().enumerate().for_each(|(i, w)| *w *= factors[i / 3]);
    net[1].iter_mut().enumerate().for_each(|(i, w)| *w /= factors[i % 4]);
    let (mut first, mut second) = (vec![0.0; 20], vec![0.0; 20]);
    for _ in 0..8 {
        let mut g = gradient(&net, &inputs).concat();
        let weights = net.concat();
        if rule == Rule::DecayInGradients {
            g.iter_mut().zip(&weights).for_each(|(g, w)| *g += 0.5 * w);
        }
        if rule == Rule::Clipping {
            let size = g.iter().map(|g| g * g).sum::<f64>().sqrt();
            for g in &mut g {
                *g /= size;
            }
        }
        let dense = |at: usize| Dense {
            weight: &net[at][..],
            bias: None,
            inputs: WIDTHS[at],
            outputs: WIDTHS[at + 1],
        };
        let scales = path_scales(&[Layer::Dense(dense(0)), Layer::Dense(dense(1))]).unwrap().unscaled();
        let scales: Vec<f64> = scales.into_iter().flat_map(|l| l.weight).collect();
        for i in 0..20 {
            let step = g[i] / scales[i];
            first[i] = 0.9 * first[i] + step;
            second[i] = 0.9 * second[i] + step * step;
            let step = match rule {
                Rule::Plain | Rule::DecayInGradients | Rule::Clipping => step,
                Rule::Momentum => first[i],
                Rule::DecayOfWeights => step + 0.5 * weights[i],
                Rule::Adam => first[i] / (second[i].sqrt() + 1e-8),
            };
            let w = if i < 12 { &mut net[0][i] } else { &mut net[1][i - 12] };
            *w -= 0.002 * step;
        }
    }
    inputs.iter().flat_map(|x| outputs(&net, x).0).collect()
}

fn what_keeps_the_invariance_to_rescaling() {
    let apart = |rule| {
        let plain = trained(rule, [1.0; 4]);
        difference(&trained(rule, [4.0, 0.25, 2.0, 0.5]), &plain)
    };
    for rule in [Rule::Plain, Rule::Momentum, Rule::DecayOfWeights] {
        assert!(apart(rule) < 1e-9, "{rule:?}: {}", apart(rule));
    }
    for rule in [Rule::DecayInGradients, Rule::Adam, Rule::Clipping] {
        assert!(apart(rule) > 1e-3, "{rule:?}: {}", apart(rule));
    }
}
