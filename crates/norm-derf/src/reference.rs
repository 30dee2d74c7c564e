//! The dynamic error function in plain loops, from the definition of Chen et al. (chen2025stronger).

use norm_core::conformance::{Judged, Reference, ReferenceBackward, ReferenceCall, ReferenceForward};

/// The error function by a series whose terms all have one sign, `2/sqrt(pi) exp(-z^2) sum 2^n z^(2n+1) / (2n+1)!!`; from 6
/// on it is 1 to the last digit.
fn erf(z: f64) -> f64 {
    if z.abs() >= 6.0 {
        return z.signum();
    }
    let (mut term, mut sum, mut n) = (z, z, 0.0);
    while term.abs() > 1e-18 * sum.abs() {
        n += 1.0;
        term *= 2.0 * z * z / (2.0 * n + 1.0);
        sum += term;
    }
    2.0 / std::f64::consts::PI.sqrt() * (-z * z).exp() * sum
}

/// Index, channel and argument of every element whose case counts.
fn elements(call: &ReferenceCall<'_>) -> Vec<(usize, usize, f64)> {
    let (l, alpha, shift) = (call.layout, call.params[2][0], call.params[3][0]);
    let counts = |i: &usize| call.mask.is_none_or(|m| m[i / l.case()]);
    let kept = (0..l.len()).filter(counts);
    kept.map(|i| (i, i / l.s % l.channels(), alpha * call.x[i] + shift)).collect()
}

fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
    let mut y = vec![0.0; call.layout.len()];
    for (i, c, z) in elements(call) {
        y[i] = call.params[0][c] * erf(z) + call.params[1][c];
    }
    ReferenceForward { y, statistics: Vec::new() }
}

/// With `e = gain · dy · 2/sqrt(pi) · exp(−z²)`: `dx = alpha e`, and the sums of `x e` and `e` for slope and shift.
fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
    let (gain, alpha) = (call.params[0], call.params[2][0]);
    let channels = call.layout.channels();
    let mut dx = vec![0.0; call.layout.len()];
    let (mut dgain, mut dbias) = (vec![0.0; channels], vec![0.0; channels]);
    let (mut dalpha, mut dshift) = (0.0, 0.0);
    for (i, c, z) in elements(call) {
        let e = gain[c] * dy[i] * 2.0 / std::f64::consts::PI.sqrt() * (-z * z).exp();
        dx[i] = alpha * e;
        dalpha += call.x[i] * e;
        dshift += e;
        dgain[c] += dy[i] * erf(z);
        dbias[c] += dy[i];
    }
    ReferenceBackward { dx, dparams: vec![dgain, dbias, vec![dalpha], vec![dshift]] }
}

impl Judged for crate::DynamicErf {
    const REFERENCE: Reference = Reference { forward, backward, stored: None };
}
