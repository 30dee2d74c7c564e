//! Online normalization in plain loops, from Chiley et al. (chiley2019online). What the paper says of one case is said here
//! of a block of cases.

use norm_core::ReferenceSet;
use norm_core::conformance::{
    Judged, Pool, Reference, ReferenceBackward, ReferenceCall, ReferenceForward, StoredReference, pools,
};

const OVER: ReferenceSet = ReferenceSet::BatchSpace;

/// The mean over a pool; of nothing it is 0.
fn mean(pool: &Pool, of: impl Fn(usize) -> f64) -> f64 {
    pool.elements.iter().map(|&i| of(i)).sum::<f64>() / (pool.elements.len() as f64).max(1.0)
}

/// `μ(x_t)` and `σ²(x_t)` of a channel.
fn moments(call: &ReferenceCall<'_>, pool: &Pool) -> (f64, f64) {
    let mu = mean(pool, |i| call.x[i]);
    (mu, mean(pool, |i| (call.x[i] - mu).powi(2)))
}

/// What was stored before, by channel: `μ_{t−1}` and `σ²_{t−1}`.
#[derive(Clone, Copy)]
struct Stored<'a> {
    mean: &'a [f64],
    variance: &'a [f64],
}

fn before<'a>(call: &'a ReferenceCall<'_>) -> Stored<'a> {
    Stored { mean: call.params[4], variance: call.params[5] }
}

fn held(state: &[Vec<f64>]) -> Stored<'_> {
    Stored { mean: &state[0], variance: &state[1] }
}

/// `y_t = (x_t − μ_{t−1}) / σ_{t−1}`, then gain and bias, then the clamp.
fn apply(call: &ReferenceCall<'_>, stored: Stored<'_>) -> Vec<f64> {
    let [eps, limit] = [0, 3].map(|i| call.consts[i]);
    let mut y = vec![0.0; call.layout.len()];
    for pool in pools(call, OVER) {
        let c = pool.set;
        let sigma = (stored.variance[c] + eps).sqrt();
        for i in pool.elements {
            let affine = call.params[0][c] * ((call.x[i] - stored.mean[c]) / sigma) + call.params[1][c];
            y[i] = affine.clamp(-limit, limit);
        }
    }
    y
}

/// The second statistic is what the average of variances takes in: `σ²(x_t) + α_f (μ(x_t) − μ_{t−1})²`.
fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
    let stored = before(call);
    let (mut means, mut taken) = (Vec::new(), Vec::new());
    for pool in pools(call, OVER) {
        let (mu, variance) = moments(call, &pool);
        means.push(mu);
        taken.push(variance + (1.0 - call.consts[1]) * (mu - stored.mean[pool.set]).powi(2));
    }
    ReferenceForward { y: apply(call, stored), statistics: vec![means, taken] }
}

/// Behind gain and clamp, with `y'` what arrives there: `x̃' = y' − (1 − α_b) ε^y y` and `ε^y` grows by the mean of `x̃' y`; then
/// `x' = x̃' / σ − (1 − α_b) ε^1` and `ε^1` grows by the mean of `x'`.
fn gradients(call: &ReferenceCall<'_>, dy: &[f64], stored: Stored<'_>) -> ReferenceBackward {
    let [eps, alpha, limit] = [0, 2, 3].map(|i| call.consts[i]);
    let mut dx = vec![0.0; call.layout.len()];
    let mut dparams = vec![Vec::new(); 4];
    for pool in pools(call, OVER) {
        let c = pool.set;
        let sigma = (stored.variance[c] + eps).sqrt();
        let (gain, bias) = (call.params[0][c], call.params[1][c]);
        let y = |i: usize| (call.x[i] - stored.mean[c]) / sigma;
        let passed = |i: usize| if (gain * y(i) + bias).abs() < limit { dy[i] } else { 0.0 };
        let held = |i: usize| gain * passed(i) - (1.0 - alpha) * call.params[3][c] * y(i);
        for &i in &pool.elements {
            dx[i] = held(i) / sigma - (1.0 - alpha) * call.params[2][c];
        }
        dparams[0].push(pool.elements.iter().map(|&i| passed(i) * y(i)).sum());
        dparams[1].push(pool.elements.iter().map(|&i| passed(i)).sum());
        dparams[2].push(mean(&pool, |i| dx[i]));
        dparams[3].push(mean(&pool, |i| held(i) * y(i)));
    }
    ReferenceBackward { dx, dparams }
}

fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
    gradients(call, dy, before(call))
}

/// `σ² ← α σ² + (1 − α) σ²(x) + α (1 − α) (μ(x) − μ)²`, then `μ ← α μ + (1 − α) μ(x)`, with `α` of the forward pass.
fn update(call: &ReferenceCall<'_>, rate: f64, state: &mut [Vec<f64>]) {
    let alpha = 1.0 - rate;
    for pool in pools(call, OVER).iter().filter(|p| !p.elements.is_empty()) {
        let (c, (mu, variance)) = (pool.set, moments(call, pool));
        let apart = mu - state[0][c];
        state[1][c] = alpha * state[1][c] + (1.0 - alpha) * variance + alpha * (1.0 - alpha) * apart.powi(2);
        state[0][c] = alpha * state[0][c] + (1.0 - alpha) * mu;
    }
}

impl Judged for crate::OnlineNorm {
    const REFERENCE: Reference = Reference {
        forward,
        backward,
        stored: Some(StoredReference {
            update,
            forward: |call, state| apply(call, held(state)),
            backward: |call, dy, state| gradients(call, dy, held(state)),
        }),
    };
}
