//! Dynamic tanh in plain loops, from equation 1 of Zhu et al. (zhu2025without).

use norm_core::conformance::{Judged, Reference, ReferenceBackward, ReferenceCall, ReferenceForward};

/// Index and channel of every element whose case counts.
fn elements(call: &ReferenceCall<'_>) -> Vec<(usize, usize)> {
    let l = call.layout;
    let counts = |i: &usize| call.mask.is_none_or(|m| m[i / l.case()]);
    (0..l.len()).filter(counts).map(|i| (i, i / l.s % l.channels())).collect()
}

fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
    let (gain, bias, alpha) = (call.params[0], call.params[1], call.params[2][0]);
    let mut y = vec![0.0; call.layout.len()];
    for (i, c) in elements(call) {
        y[i] = gain[c] * (alpha * call.x[i]).tanh() + bias[c];
    }
    ReferenceForward { y, statistics: Vec::new() }
}

/// `dx = gain · dy · alpha · (1 − tanh²)`; that of alpha is the same with `x` for alpha, summed over everything. The
/// slope is written as `1 / cosh²`, which keeps its digits where tanh is near 1.
fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
    let (gain, alpha) = (call.params[0], call.params[2][0]);
    let mut dx = vec![0.0; call.layout.len()];
    let channels = call.layout.channels();
    let (mut dgain, mut dbias, mut dalpha) = (vec![0.0; channels], vec![0.0; channels], 0.0);
    for (i, c) in elements(call) {
        let slope = (alpha * call.x[i]).cosh().powi(2).recip();
        dx[i] = gain[c] * dy[i] * alpha * slope;
        dalpha += gain[c] * dy[i] * call.x[i] * slope;
        dgain[c] += dy[i] * (alpha * call.x[i]).tanh();
        dbias[c] += dy[i];
    }
    ReferenceBackward { dx, dparams: vec![dgain, dbias, vec![dalpha]] }
}

impl Judged for crate::DynamicTanh {
    const REFERENCE: Reference = Reference { forward, backward, stored: None };
}
