//! Power normalization in plain loops, from algorithm 2 of Shen et al. (shen2020power).

use norm_core::ReferenceSet;
use norm_core::conformance::{
    Judged, Pool, Reference, ReferenceBackward, ReferenceCall, ReferenceForward, StoredReference, pools,
};

const OVER: ReferenceSet = ReferenceSet::BatchSpace;

/// The mean over a pool; of nothing it is 0.
fn mean(pool: &Pool, of: impl Fn(usize) -> f64) -> f64 {
    pool.elements.iter().map(|&i| of(i)).sum::<f64>() / (pool.elements.len() as f64).max(1.0)
}

/// `ψ_B²` of each channel.
fn moments(call: &ReferenceCall<'_>) -> Vec<f64> {
    pools(call, OVER).iter().map(|pool| mean(pool, |i| call.x[i].powi(2))).collect()
}

/// `Y = γ X̂ + β` with `X̂ = X / ψ`, `ψ²` what was stored before the batch.
fn apply(call: &ReferenceCall<'_>, stored: &[f64]) -> Vec<f64> {
    let mut y = vec![0.0; call.layout.len()];
    for pool in pools(call, OVER) {
        let c = pool.set;
        let psi = (stored[c] + call.consts[0]).sqrt();
        for i in pool.elements {
            y[i] = call.params[0][c] * (call.x[i] / psi) + call.params[1][c];
        }
    }
    y
}

fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
    ReferenceForward { y: apply(call, call.params[3]), statistics: vec![moments(call)] }
}

/// `∂X = (γ ∂Y − ν X̂) / ψ`, and `ν' = ν (1 − (1 − α) Γ) + (1 − α) Λ` with `Γ` the mean of `X̂²` and `Λ` that of `γ ∂Y X̂`. The
/// state is `ν / (1 − α)`.
fn gradients(call: &ReferenceCall<'_>, dy: &[f64], stored: &[f64]) -> ReferenceBackward {
    let [eps, alpha] = [0, 1].map(|i| call.consts[i]);
    let mut dx = vec![0.0; call.layout.len()];
    let (mut dgain, mut dbias, mut grows) = (Vec::new(), Vec::new(), Vec::new());
    for pool in pools(call, OVER) {
        let c = pool.set;
        let psi = (stored[c] + eps).sqrt();
        let nu = (1.0 - alpha) * call.params[2][c];
        let hat = |i: usize| call.x[i] / psi;
        let g = |i: usize| call.params[0][c] * dy[i];
        for &i in &pool.elements {
            dx[i] = (g(i) - nu * hat(i)) / psi;
        }
        let (gamma, lambda) = (mean(&pool, |i| hat(i).powi(2)), mean(&pool, |i| g(i) * hat(i)));
        grows.push(lambda - nu * gamma);
        dgain.push(pool.elements.iter().map(|&i| dy[i] * hat(i)).sum());
        dbias.push(pool.elements.iter().map(|&i| dy[i]).sum());
    }
    ReferenceBackward { dx, dparams: vec![dgain, dbias, grows] }
}

fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
    gradients(call, dy, call.params[3])
}

/// `ψ² ← α ψ² + (1 − α) ψ_B²`; a batch without cases leaves it.
fn update(call: &ReferenceCall<'_>, rate: f64, state: &mut [Vec<f64>]) {
    for (pool, now) in pools(call, OVER).iter().zip(moments(call)) {
        if !pool.elements.is_empty() {
            let stored = &mut state[0][pool.set];
            *stored = (1.0 - rate) * *stored + rate * now;
        }
    }
}

impl Judged for crate::PowerNorm {
    const REFERENCE: Reference = Reference {
        forward,
        backward,
        stored: Some(StoredReference {
            update,
            forward: |call, state| apply(call, &state[0]),
            backward: |call, dy, state| gradients(call, dy, &state[0]),
        }),
    };
}
