//! Spectral normalization in plain loops, from algorithm 1 of Miyato et al. (miyato2018spectral).

use norm_core::conformance::{
    Judged, Reference, ReferenceBackward, ReferenceCall, ReferenceForward, StoredReference,
};

/// What a matrix `[outputs][inputs]` is found to stretch.
struct Found {
    /// The vector over outputs.
    u: Vec<f64>,
    /// The vector over inputs.
    v: Vec<f64>,
    sigma: f64,
}

fn unit(vector: &[f64], eps: f64) -> Vec<f64> {
    let length = (vector.iter().map(|x| x * x).sum::<f64>() + eps * eps).sqrt();
    vector.iter().map(|x| x / length).collect()
}

fn rows<'a>(call: &ReferenceCall<'a>) -> Vec<&'a [f64]> {
    call.x.chunks(call.layout.s).collect()
}

/// What the stored vector over outputs reaches, as a unit vector over inputs.
fn reached(call: &ReferenceCall<'_>) -> Vec<f64> {
    let before = call.params[0];
    let along = |i: usize| rows(call).iter().zip(before).map(|(row, u)| row[i] * u).sum::<f64>();
    unit(&(0..call.layout.s).map(along).collect::<Vec<_>>(), call.consts[0])
}

fn step(call: &ReferenceCall<'_>) -> Vec<f64> {
    let v = reached(call);
    let stretched: Vec<f64> =
        rows(call).iter().map(|row| row.iter().zip(&v).map(|(w, v)| w * v).sum()).collect();
    unit(&stretched, call.consts[0])
}

fn found(call: &ReferenceCall<'_>, u: &[f64]) -> Found {
    let (u, v) = (unit(u, call.consts[0]), reached(call));
    let row = |(row, u): (&&[f64], &f64)| row.iter().zip(&v).map(|(w, v)| u * w * v).sum::<f64>();
    let sigma = rows(call).iter().zip(&u).map(row).sum();
    Found { u, v, sigma }
}

/// A matrix is one case; where that does not count, nothing does.
fn counts(call: &ReferenceCall<'_>) -> bool {
    call.mask.is_none_or(|m| m[0])
}

fn apply(call: &ReferenceCall<'_>, u: &[f64]) -> Vec<f64> {
    if !counts(call) {
        return vec![0.0; call.x.len()];
    }
    let divided_by = found(call, u).sigma.max(call.consts[0]);
    call.x.iter().map(|w| w / divided_by).collect()
}

/// `dW = (dY − ⟨dY, Y⟩ u vᵀ) / σ`: both vectors are constants.
fn gradient(call: &ReferenceCall<'_>, dy: &[f64], u: &[f64]) -> ReferenceBackward {
    if !counts(call) {
        return ReferenceBackward { dx: vec![0.0; dy.len()], dparams: Vec::new() };
    }
    let Found { u, v, sigma } = found(call, u);
    if sigma <= call.consts[0] {
        let dx = dy.iter().map(|dy| dy / call.consts[0]).collect();
        return ReferenceBackward { dx, dparams: Vec::new() };
    }
    let along = dy.iter().zip(call.x).map(|(dy, w)| dy * w / sigma).sum::<f64>();
    let inputs = call.layout.s;
    let of = |(at, dy): (usize, &f64)| (dy - along * u[at / inputs] * v[at % inputs]) / sigma;
    ReferenceBackward { dx: dy.iter().enumerate().map(of).collect(), dparams: Vec::new() }
}

fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
    let u = step(call);
    ReferenceForward { y: apply(call, &u), statistics: vec![u] }
}

fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
    gradient(call, dy, &step(call))
}

fn update(call: &ReferenceCall<'_>, rate: f64, state: &mut [Vec<f64>]) {
    for (stored, u) in state[0].iter_mut().zip(step(call)) {
        *stored += rate * (u - *stored);
    }
}

fn stored_forward(call: &ReferenceCall<'_>, state: &[Vec<f64>]) -> Vec<f64> {
    apply(call, &state[0])
}

fn stored_backward(call: &ReferenceCall<'_>, dy: &[f64], state: &[Vec<f64>]) -> ReferenceBackward {
    gradient(call, dy, &state[0])
}

impl Judged for crate::SpectralNorm {
    const REFERENCE: Reference = Reference {
        forward,
        backward,
        stored: Some(StoredReference { update, forward: stored_forward, backward: stored_backward }),
    };
}
