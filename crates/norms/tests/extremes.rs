//! Learned numbers and constants far from where they start.

use norm_core::streaming::{Store, Streaming};
use norm_core::{Call, Elem, Isa, Kernel, Layout, Rule};

fn noise(n: usize, seed: u64) -> Vec<f64> {
    let mut s = seed;
    let mut next = || {
        s = s.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (s >> 11) as f64 / 2f64.powi(52) - 1.0
    };
    (0..n).map(|_| next()).collect()
}

/// Output and gradients of a method whose scalar parameters, its logits, are these.
fn mixed<T: Elem>(k: &Kernel<T>, logits: &[f64]) -> Vec<f64> {
    let d = k.descriptor;
    let space = if d.pools_space() { 3 } else { 1 };
    let layout = d.reference_set.layout(5, 4, space, 1).unwrap();
    let narrow = |v: Vec<f64>| v.into_iter().map(T::lit).collect::<Vec<T>>();
    let (x, dy) = (narrow(noise(layout.len(), 1)), narrow(noise(layout.len(), 2)));
    let scalars = d.params.iter().filter(|p| p.axis == norm_core::ParamAxis::Scalar).count();
    assert_eq!(scalars, logits.len());
    let mut logits = logits.iter();
    let of = |p: &norm_core::Param| match p.axis {
        norm_core::ParamAxis::Scalar => vec![T::lit(*logits.next().unwrap())],
        axis => vec![T::lit(0.7); axis.len(&layout)],
    };
    let params: Vec<Vec<T>> = d.params.iter().map(of).collect();
    let params: Vec<&[T]> = params.iter().map(|p| &p[..]).collect();
    let consts = d.default_consts();
    let call = Call { layout, x: &x, params: &params, consts: &consts, mask: None };
    let mut stats = vec![T::default(); k.statistics_len(&layout)];
    let y = k.forward_new(Isa::detect(), &call, &mut stats).unwrap();
    let mut dx = vec![T::default(); layout.len()];
    let mut dparams: Vec<Vec<T>> = params.iter().map(|p| vec![T::default(); p.len()]).collect();
    let mut slots: Vec<&mut [T]> = dparams.iter_mut().map(|p| &mut p[..]).collect();
    k.backward(Isa::detect(), &call, &dy, &stats, Rule::Exact, true, &mut dx, &mut slots).unwrap();
    y.iter().chain(&dx).chain(dparams.iter().flatten()).map(|v| v.to_f64()).collect()
}

/// A softmax is blind to a shift of its logits, however large: the exponential of 90 is no number in single precision.
#[test]
fn a_softmax_is_blind_to_a_shift_of_its_logits() {
    for id in ["switchable", "switchable-vectors"] {
        let m = norms::find(id).unwrap();
        let parts = m.descriptor().params.iter().filter(|p| p.name.starts_with("mean_")).count();
        let logits = |means: [f64; 3], variances: [f64; 3]| -> Vec<f64> {
            means[..parts].iter().chain(&variances[..parts]).copied().collect()
        };
        let near = logits([0.5, -1.0, 2.0], [1.5, 0.0, -0.25]);
        let apart = |a: Vec<f64>, b: Vec<f64>| norm_core::conformance::relative_difference(&a, &b, 1.0);
        for shift in [90.0, 700.0, -700.0] {
            let shifted: Vec<f64> = near.iter().map(|l| l + shift).collect();
            let (single, double) = (mixed(m.f32, &shifted), mixed(m.f64, &shifted));
            assert!(apart(single, mixed(m.f32, &near)) < 2e-4, "{id} at {shift}, f32");
            assert!(apart(double, mixed(m.f64, &near)) < 1e-12, "{id} at {shift}, f64");
        }
        // One logit far above the others is the whole of its part.
        let alone = mixed(m.f32, &logits([90.0, 0.0, 0.0], [90.0, 0.0, 0.0]));
        assert!(alone.iter().all(|v| v.is_finite()), "{id}");
    }
}

/// One use of `streaming` on values of deviation about 0.01, without a history, at a power: the ratio of its divisor to the
/// deviation.
fn bias(p: f64) -> f64 {
    let k = norms::find("streaming").unwrap().f64;
    let layout = Layout::new(400, 1, 1, 1);
    let x: Vec<f64> = noise(400, 3).iter().map(|v| 0.01 * v).collect();
    let (one, zero) = ([1.0], [0.0]);
    let mut consts = k.descriptor.default_consts();
    consts[1] = p;
    let mean = x.iter().sum::<f64>() / 400.0;
    let power = x.iter().map(|v| (v - mean).abs().powf(p)).sum::<f64>() / 400.0;
    let deviation = power.powf(1.0 / p);
    let call = Call { layout, x: &x, params: &[&one, &zero], consts: &consts, mask: None };
    let mut store = Store::new(k.descriptor, 1);
    let (y, _) = Streaming::CURRENT.forward(k, Isa::detect(), &call, &mut store).unwrap();
    (x[7] - mean) / y[7] / deviation
}

/// Epsilon weighs as much at every power: what it adds depends on the deviation alone.
#[test]
fn epsilon_biases_streaming_alike_at_every_power() {
    for p in [1.0, 1.5, 2.0, 3.0, 4.0] {
        let k = norms::find("streaming").unwrap().f64;
        assert_eq!(k.descriptor.consts[0].default, 1e-5);
        let bias = bias(p);
        // Deviations of even values in ±0.01 lie between 0.005 and 0.0075.
        assert!(bias > 1.05 && bias < 1.2, "p = {p}: {bias}");
    }
}
