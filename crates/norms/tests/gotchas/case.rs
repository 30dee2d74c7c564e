//! Statistics of a case, and methods without any.

use norm_core::conformance::difference;

use crate::run::{Run, close, deviation, mean};
use crate::{Entry, Held};
use Held::{Advice, Here};

pub(crate) const ENTRIES: fn() -> Vec<Entry> = || {
    vec![
        ("layer", "The paper has no epsilon", Here(|| constant("layer", "eps", 1e-5))),
        ("layer", "A row of zeros without a bias", Here(a_row_of_zeros)),
        (
            "layer",
            "The supplement names",
            Here(|| {
                starts_at("layer", "gain", 1.0);
                starts_at("layer", "bias", 0.0);
            }),
        ),
        ("rms", "Not invariant to a shift", Here(|| feels_a_shift("rms", 1))),
        ("scale", "The gain starts at the root", Here(scale_starts_at_deviation_one)),
        ("scale", "Epsilon is the smallest length", Here(scale_is_linear_below)),
        (
            "scale",
            "One learned number scales",
            Here(|| assert_eq!(Run::new("scale", 3, 4, 1).inputs, [[2.0]])),
        ),
        (
            "instance",
            "Gain and bias are on here",
            Here(|| {
                starts_at("instance", "gain", 1.0);
                starts_at("instance", "bias", 0.0);
            }),
        ),
        (
            "instance",
            "PyTorch's layer can track",
            Here(|| assert!(Run::new("instance", 2, 2, 3).d().stored_names().is_empty())),
        ),
        ("instance", "Where there is no space", Here(|| erases_without_space("instance"))),
        (
            "instance",
            "Some released code divides",
            Here(|| {
                let run = Run::new("instance", 1, 1, 7).with("eps", 0.0);
                close(deviation(&run.y()), 1.0, 1e-12);
            }),
        ),
        ("group", "The paper's default is 32", Here(channels_that_groups_do_not_divide)),
        ("group", "Gain and bias belong to a channel", Here(gain_inside_the_means)),
        ("group", "A group that holds one element", Here(small_groups)),
        ("filter-response", "The threshold belongs", Here(a_relu_undoes_the_threshold)),
        ("filter-response", "No mean is subtracted", Here(|| feels_a_shift("filter-response", 5))),
        ("filter-response", "Over a space of one element", Here(signs_over_one_element)),
        ("filter-response-learned", "What is learned starts at 1e-4", Here(learned_epsilon_by_its_magnitude)),
        ("filter-response-learned", "With an epsilon of its own", Here(learned_epsilon_feels_the_scale)),
        ("dyt", "The gradient of alpha is a sum", Here(|| grows_with_the_batch("dyt", "alpha"))),
        ("dyt", "In language models alpha", Here(|| starts_at("dyt", "alpha", 0.5))),
        ("dyt", "Before a tanh", Advice),
        ("derf", "Slope and shift are one number", Here(|| grows_with_the_batch("derf", "alpha"))),
        ("derf", "In the authors' language model", Here(|| starts_at("derf", "alpha", 0.5))),
        ("derf", "Before a tanh", Advice),
    ]
};

fn constant(id: &str, name: &str, value: f64) {
    let d = Run::new(id, 2, 2, 1).d();
    close(d.consts.iter().find(|c| c.name == name).unwrap().default, value, 0.0);
}

fn starts_at(id: &str, name: &str, value: f64) {
    let d = Run::new(id, 2, 2, 1).d();
    close(d.params.iter().find(|p| p.name == name).unwrap().initial, value, 0.0);
}

fn channels_that_groups_do_not_divide() {
    let set = Run::new("group", 2, 4, 1).d().reference_set;
    assert!(set.layout(2, 64, 1, 32).is_ok());
    let refused = set.layout(2, 6, 1, 4);
    assert!(matches!(refused, Err(norm_core::Error::Groups { channels: 6, groups: 4 })), "{refused:?}");
}

fn a_row_of_zeros() {
    let run = Run::new("layer", 1, 6, 1).with("bias", 0.5).map(|_| 0.0);
    assert_eq!(run.y(), [0.5; 6]);
    let mut run = run;
    run.dy = vec![1.0, -1.0, 0.0, 0.0, 0.0, 0.0];
    close(run.dx()[0], 1.0 / 1e-5f64.sqrt(), 1e-6);
    close(1.0 / 1e-5f64.sqrt(), 316.0, 0.5);
}

fn feels_a_shift(id: &str, space: usize) {
    let run = Run::new(id, 3, 4, space);
    let run = if id == "filter-response" { run.with("tau", -100.0) } else { run };
    assert!(difference(&run.clone().map(|v| v + 1.0).y(), &run.y()) > 0.1);
}

fn scale_starts_at_deviation_one() {
    let run = Run::new("scale", 1, 64, 1);
    close(run.inputs[0][0], 8.0, 1e-12);
    let y = run.y();
    close(y.iter().map(|v| v * v).sum::<f64>() / 64.0, 1.0, 1e-12);
}

fn scale_is_linear_below() {
    let run = Run::new("scale", 1, 4, 1);
    let eps = run.consts[0];
    let short = run.clone().map(|v| v * eps / 100.0);
    let twice = short.clone().map(|v| 2.0 * v);
    let doubled: Vec<f64> = short.y().iter().map(|v| 2.0 * v).collect();
    close(difference(&twice.y(), &doubled), 0.0, 1e-12);
    // Above it the length does not count.
    close(difference(&run.clone().map(|v| 2.0 * v).y(), &run.y()), 0.0, 1e-12);
}

fn erases_without_space(id: &str) {
    let run = Run::new(id, 3, 4, 1).with("bias", 0.25);
    assert!(run.y().iter().all(|v| *v == 0.25));
}

/// With unequal gains in a group, dx is that of gains taken before the means, not after.
fn gain_inside_the_means() {
    let mut run = Run::new("group", 1, 4, 1);
    run.inputs[0] = vec![0.5, 1.0, 2.0, 4.0];
    let (m, s) = (mean(&run.x), (deviation(&run.x).powi(2) + 1e-5).sqrt());
    let hat: Vec<f64> = run.x.iter().map(|v| (v - m) / s).collect();
    let g: Vec<f64> = run.dy.iter().zip(&run.inputs[0]).map(|(d, g)| d * g).collect();
    let along = g.iter().zip(&hat).map(|(g, h)| g * h).sum::<f64>() / 4.0;
    let want: Vec<f64> = (0..4).map(|i| (g[i] - mean(&g) - hat[i] * along) / s).collect();
    close(difference(&run.dx(), &want), 0.0, 1e-12);
    assert_eq!(run.inputs[0].len(), 4);
}

fn small_groups() {
    let groups = |groups: usize| {
        let mut run = Run::new("group", 2, 4, 1).with("eps", 0.0).with("gain", 1.5).with("bias", 0.25);
        run.layout = run.d().reference_set.layout(2, 4, 1, groups).unwrap();
        run
    };
    assert!(groups(4).with("eps", 1e-5).y().iter().all(|v| *v == 0.25));
    assert!(groups(2).y().iter().all(|v| ((v - 0.25).abs() - 1.5).abs() < 1e-9));
}

fn a_relu_undoes_the_threshold() {
    let run = Run::new("filter-response", 3, 2, 5);
    let relu = |y: Vec<f64>| y.into_iter().map(|v| v.max(0.0)).collect::<Vec<_>>();
    let (low, lower) = (run.clone().with("tau", -0.5).y(), run.with("tau", -0.9).y());
    assert!(difference(&low, &lower) > 0.1);
    close(difference(&relu(low), &relu(lower)), 0.0, 0.0);
}

fn signs_over_one_element() {
    let run = Run::new("filter-response", 3, 2, 1).with("tau", -100.0);
    let near_sign = run.y().iter().zip(&run.x).all(|(y, x)| (y - x.signum()).abs() < 1e-3);
    assert!(near_sign);
    let learned = Run::new("filter-response-learned", 3, 2, 1).with("tau", -100.0).with("learned_eps", 1.0);
    assert!(learned.y().iter().zip(&learned.x).any(|(y, x)| (y - x.signum()).abs() > 0.1));
}

fn learned_epsilon_by_its_magnitude() {
    starts_at("filter-response-learned", "learned_eps", 1e-4);
    let run =
        |eps: f64| Run::new("filter-response-learned", 3, 2, 5).with("tau", -100.0).with("learned_eps", eps);
    close(difference(&run(0.3).y(), &run(-0.3).y()), 0.0, 0.0);
    let (up, down) = (run(0.3).gradient("learned_eps"), run(-0.3).gradient("learned_eps"));
    assert!(up.iter().zip(&down).all(|(a, b)| *a == -*b && *a != 0.0));
    assert_eq!(run(0.0).gradient("learned_eps"), [0.0; 2]);
}

fn learned_epsilon_feels_the_scale() {
    let run = Run::new("filter-response-learned", 3, 2, 5).with("tau", -100.0).with("learned_eps", 0.5);
    assert!(difference(&run.clone().map(|v| 3.0 * v).y(), &run.y()) > 0.05);
}

fn grows_with_the_batch(id: &str, name: &str) {
    let small = Run::new(id, 1, 4, 1);
    let mut large = Run::new(id, 50, 4, 1);
    large.x = small.x.repeat(50);
    large.dy = small.dy.repeat(50);
    let (one, fifty) = (small.gradient(name), large.gradient(name));
    assert_eq!(one.len(), 1);
    close(fifty[0], 50.0 * one[0], 1e-9 * fifty[0].abs());
}
