//! Where the power iteration starts, and that it arrives.

use norm_core::blocks;
use norm_core::policy::{Running, SEED, drawn};
use norm_core::{Call, Isa, ReferenceSet};

/// What a matrix `[outputs][inputs]` is divided by after so many uses in training.
fn divisor(weights: &[f64], outputs: usize, uses: usize) -> f64 {
    let k = norms::find("spectral").unwrap().f64;
    let d = k.descriptor;
    let layout = ReferenceSet::Unit.layout(outputs, weights.len() / outputs, 1, 1).unwrap();
    let consts = d.default_consts();
    let mut store = Running::initial::<f64>(d, outputs);
    let running = Running::default().named(d, &consts);
    let call = Call { layout, x: weights, params: &[], consts: &consts, mask: None };
    let mut y = Vec::new();
    for _ in 0..uses {
        y = blocks::forward(k, Isa::detect(), &call, running, &mut store).unwrap().0;
    }
    let largest = |v: &[f64]| v.iter().fold(0.0f64, |m, v| if v.abs() > m.abs() { *v } else { m });
    largest(weights) / largest(&y)
}

#[test]
fn columns_that_sum_to_nothing_are_no_trap() {
    let root = 2f64.sqrt();
    assert!((divisor(&[1.0, -1.0], 2, 1) - root).abs() < 1e-12, "{}", divisor(&[1.0, -1.0], 2, 1));
    // Two inputs, three outputs, both columns of sum 0.
    let weights = [1.0, 3.0, -2.0, 0.0, 1.0, -3.0];
    let (a, b, c): (f64, f64, f64) = (6.0, 18.0, 0.0);
    let singular = ((a + b + ((a - b).powi(2) + 4.0 * c * c).sqrt()) / 2.0).sqrt();
    let got = divisor(&weights, 3, 60);
    assert!((got - singular).abs() < 1e-9, "{got}, not {singular}");
}

/// A vector of equal elements is singular there, with the smaller value 1; the larger ones are 5.
#[test]
fn a_smaller_singular_value_is_left_behind() {
    for n in [4, 6] {
        let weights: Vec<f64> = (0..n * n).map(|i| if i % (n + 1) == 0 { 5.0 } else { 0.0 } - 1.0).collect();
        let largest = 5.0f64.max((n as f64 - 5.0).abs());
        let got = divisor(&weights, n, 80);
        assert!((got - largest).abs() < 1e-9, "{n}: {got}, not {largest}");
    }
}

/// The seed is part of what the method is; numbers drawn from it are those of a normal distribution.
#[test]
fn the_start_is_drawn_from_a_recorded_seed() {
    assert_eq!(SEED, 180_205_957);
    assert_eq!([drawn(0), drawn(1)], [-0.392_191_956_359_546_5, -1.701_612_533_368_367_8]);
    let n = 20_000;
    let mean = (0..n).map(drawn).sum::<f64>() / n as f64;
    let square = (0..n).map(|i| drawn(i).powi(2)).sum::<f64>() / n as f64;
    let beyond = (0..n).filter(|i| drawn(*i).abs() > 1.96).count() as f64 / n as f64;
    assert!(mean.abs() < 0.02 && (square - 1.0).abs() < 0.03 && (beyond - 0.05).abs() < 0.006);
}
