//! The normalized dot product, the Gaussian and the circuit on single patches.

use hmax::{Circuit, Gaussian, HmaxError, Ndp};
use proptest::prelude::*;

/// Nothing centred, nothing floored, nothing rectified by size.
const PLAIN: Ndp = Ndp { centre_template: false, centre_patch: false, thres: 0.0, abs: false, k: 0.0 };

fn cosine(a: &[f64], b: &[f64]) -> f64 {
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

fn wide(v: &[f32]) -> Vec<f64> {
    v.iter().map(|&v| f64::from(v)).collect()
}

fn centred(v: &[f32]) -> Vec<f64> {
    let mean = wide(v).iter().sum::<f64>() / v.len() as f64;
    wide(v).iter().map(|v| v - mean).collect()
}

fn respond(ndp: Ndp, template: &[f32], patch: &[f32]) -> f32 {
    ndp.respond(&ndp.template(template).unwrap(), patch).unwrap()
}

/// Patches with contrast, so that a reference without guards is defined.
fn patch() -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(-3.0f32..3.0, 12).prop_filter("contrast", |v| {
        let c = centred(v);
        c.iter().map(|v| v * v).sum::<f64>() > 1e-3
    })
}

proptest! {
    #[test]
    fn without_k_it_is_the_rectified_cosine(w in patch(), v in patch()) {
        let expected = cosine(&wide(&w), &wide(&v)).max(0.0);
        prop_assert!((f64::from(respond(PLAIN, &w, &v)) - expected).abs() < 1e-6);
    }

    #[test]
    fn with_both_centred_it_is_the_rectified_correlation(w in patch(), v in patch()) {
        let ndp = Ndp { centre_template: true, centre_patch: true, ..PLAIN };
        let expected = cosine(&centred(&w), &centred(&v));
        prop_assert!((f64::from(respond(ndp, &w, &v)) - expected.max(0.0)).abs() < 1e-6);
        let abs = Ndp { abs: true, ..ndp };
        prop_assert!((f64::from(respond(abs, &w, &v)) - expected.abs()).abs() < 1e-6);
    }

    #[test]
    fn contrast_does_not_matter_without_k(w in patch(), v in patch(), c in 0.01f32..100.0) {
        let scaled: Vec<f32> = v.iter().map(|v| v * c).collect();
        let ndp = Ndp::default();
        prop_assert!((respond(ndp, &w, &v) - respond(ndp, &w, &scaled)).abs() < 1e-4);
    }

    #[test]
    fn added_luminance_lowers_the_default_and_leaves_the_centred(w in patch(), v in patch()) {
        let v: Vec<f32> = v.iter().map(|v| v + 3.0).collect();
        let brighter: Vec<f32> = v.iter().map(|v| v + 5.0).collect();
        let (before, after) = (respond(Ndp::default(), &w, &v), respond(Ndp::default(), &w, &brighter));
        prop_assert!(after < before || before < 1e-4, "{before} {after}");
        let both = Ndp { centre_patch: true, ..Ndp::default() };
        prop_assert!((respond(both, &w, &v) - respond(both, &w, &brighter)).abs() < 1e-4);
    }

    #[test]
    fn the_circuit_with_tuning_powers_is_the_dot_product(
        w in prop::collection::vec(0.0f32..2.0, 9),
        v in prop::collection::vec(0.0f32..2.0, 9),
        k in 0.01f32..2.0,
    ) {
        prop_assume!(w.iter().sum::<f32>() > 0.1 && v.iter().sum::<f32>() > 0.1);
        let ndp = Ndp { k, ..PLAIN };
        let unit: Vec<f32> = ndp.template(&w).unwrap().weights().iter().map(|&w| w as f32).collect();
        let circuit = Circuit::tuning(k.into()).respond(&unit, &v).unwrap();
        prop_assert!((circuit - respond(ndp, &w, &v)).abs() < 1e-5);
    }
}

#[test]
fn half_of_the_asymptote_is_reached_at_k() {
    let (w, k) = ([3.0, 4.0], 2.5f32);
    let ndp = Ndp { k, ..PLAIN };
    let at = |norm: f32| respond(ndp, &w, &[0.6 * norm, 0.8 * norm]);
    assert!((at(k) - 0.5).abs() < 1e-6, "{}", at(k));
    assert!(at(1e6) > 0.999_99);
    // Far below it the answer is linear in the patch.
    assert!((at(2e-3) / at(1e-3) - 2.0).abs() < 1e-3);
}

#[test]
fn a_patch_below_the_threshold_is_weakened_and_not_silenced() {
    let floor = Ndp { thres: 0.5, ..PLAIN };
    // The norm 0.5 of this patch counts as 0.5·√4 = 1.
    assert!((respond(floor, &[1.0, 0.0, 0.0, 0.0], &[0.5, 0.0, 0.0, 0.0]) - 0.5).abs() < 1e-6);
    // Above the floor it does nothing.
    assert_eq!(respond(floor, &[1.0, 0.0, 0.0, 0.0], &[3.0, 0.0, 0.0, 0.0]), 1.0);
}

#[test]
fn nothing_over_nothing_is_nothing() {
    for ndp in [PLAIN, Ndp::default(), Ndp { centre_patch: true, ..Ndp::default() }] {
        assert_eq!(respond(ndp, &[1.0, 2.0, 4.0], &[0.0; 3]), 0.0);
    }
    // No contrast at all, where the sums leave a rest of rounding.
    let both = Ndp { centre_patch: true, ..Ndp::default() };
    for n in [3, 49, 121, 225, 529, 1369] {
        let template: Vec<f32> = (0..n).map(|i| (i as f32).sin()).collect();
        for value in [0.1, 0.3, 0.7, 123.4] {
            assert_eq!(respond(both, &template, &vec![value; n]), 0.0, "{n} pixels of {value}");
        }
    }
}

#[test]
fn negative_answers_become_zero_or_positive() {
    let (w, v) = ([1.0, -1.0], [-2.0, 2.0]);
    assert_eq!(respond(PLAIN, &w, &v), 0.0);
    assert!((respond(Ndp { abs: true, ..PLAIN }, &w, &v) - 1.0).abs() < 1e-6);
}

#[test]
fn templates_without_a_direction_are_refused() {
    assert_eq!(PLAIN.template(&[0.0; 3]), Err(HmaxError::Flat { what: "zero" }));
    assert!(PLAIN.template(&[0.1; 3]).is_ok());
    assert!(matches!(Ndp::default().template(&[0.1; 3]), Err(HmaxError::Flat { .. })));
    assert!(matches!(PLAIN.template(&[]), Err(HmaxError::Empty { .. })));
    assert!(matches!(PLAIN.template(&[1.0, f32::NAN]), Err(HmaxError::NotFinite { index: 1, .. })));
    let w = PLAIN.template(&[1.0, 2.0]).unwrap();
    assert!(matches!(PLAIN.respond(&w, &[1.0]), Err(HmaxError::Length { expected: 2, got: 1, .. })));
    for wrong in [Ndp { k: -1.0, ..PLAIN }, Ndp { thres: f32::NAN, ..PLAIN }] {
        assert!(matches!(wrong.respond(&w, &[1.0, 2.0]), Err(HmaxError::Parameter { .. })));
    }
}

#[test]
fn the_gaussian_falls_on_both_sides_and_widens_with_the_side() {
    let plain = Gaussian { sigma: 0.5, smallest: 4, normalized: false };
    assert_eq!(plain.respond(0.0, 4, 9.0), 1.0);
    let expected = |d2: f64, r: f64| (-d2 / (2.0 * 0.25 * r * r)).exp();
    assert!((f64::from(plain.respond(0.3, 4, 9.0)) - expected(0.3, 1.0)).abs() < 1e-7);
    assert!((f64::from(plain.respond(0.3, 12, 9.0)) - expected(0.3, 3.0)).abs() < 1e-7);
    let normalized = Gaussian { normalized: true, ..plain };
    assert!((f64::from(normalized.respond(2.7, 4, 9.0)) - expected(0.3, 1.0)).abs() < 1e-7);
    assert_eq!(normalized.respond(1.0, 4, 0.0), 0.0);
    let beta = Gaussian::from_beta(1.5, 8).unwrap();
    assert!((f64::from(beta.respond(0.4, 8, 1.0)) - (-0.6f64).exp()).abs() < 1e-6);
    assert!(Gaussian::from_beta(0.0, 8).is_err());
}

#[test]
fn for_unit_vectors_the_gaussian_is_a_function_of_the_cosine() {
    let gaussian = Gaussian { sigma: 1.0, smallest: 2, normalized: false };
    for angle in [0.0f32, 0.3, 1.0, 2.0, 3.0] {
        let v = [angle.cos(), angle.sin()];
        let distance = f64::from(v[0] - 1.0).powi(2) + f64::from(v[1]).powi(2);
        let expected = (f64::from(angle.cos()) - 1.0).exp();
        assert!((f64::from(gaussian.respond(distance, 2, 1.0)) - expected).abs() < 1e-6);
    }
}

/// Kouh & Poggio: the pooling circuit tends to the maximum as its power grows. The bound at q = 8 was set beforehand.
#[test]
fn the_soft_maximum_approaches_the_maximum() {
    let mut seed = 5u64;
    let mut uniform = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 40) as f32 / (1u64 << 24) as f32
    };
    let draws: Vec<Vec<f32>> = (0..200).map(|_| (0..10).map(|_| uniform()).collect()).collect();
    let error = |q: f64| {
        let one = |v: &Vec<f32>| {
            let max = v.iter().copied().fold(0.0, f32::max);
            f64::from((max - Circuit::soft_max(q).respond(&[1.0; 10], v).unwrap()) / max)
        };
        draws.iter().map(one).sum::<f64>() / draws.len() as f64
    };
    let errors = [1.0, 2.0, 4.0, 8.0].map(error);
    assert!(errors.windows(2).all(|e| e[1] < e[0]), "{errors:?}");
    assert!(errors[3] < 0.1, "{errors:?}");
    assert_eq!(Circuit::soft_max(400.0).respond(&[1.0; 3], &[1e-3, 2e-3, 1e-4]).unwrap(), 2e-3);
    assert!(Circuit::soft_max(2.0).respond(&[1.0], &[-1.0]).is_err());
}
