//! Batch normalization in plain loops, from algorithms 1 and 2 of Ioffe and Szegedy (ioffe2015batch).

use norm_core::conformance::{
    Judged, Reference, ReferenceBackward, ReferenceCall, ReferenceForward, StoredReference,
};

/// Indices of the elements of one channel that count.
fn pool(call: &ReferenceCall<'_>, channel: usize) -> Vec<usize> {
    let l = call.layout;
    let cases = (0..l.n).filter(|n| call.mask.is_none_or(|m| m[*n]));
    cases.flat_map(|n| (0..l.s).map(move |s| (n * l.channels() + channel) * l.s + s)).collect()
}

/// Mean and biased variance; of nothing they are 0.
fn moments(call: &ReferenceCall<'_>, pool: &[usize]) -> (f64, f64) {
    let m = (pool.len() as f64).max(1.0);
    let mean = pool.iter().map(|i| call.x[*i]).sum::<f64>() / m;
    let variance = pool.iter().map(|i| (call.x[*i] - mean).powi(2)).sum::<f64>() / m;
    (mean, variance)
}

fn current(call: &ReferenceCall<'_>) -> Vec<Vec<f64>> {
    let (mean, variance) = (0..call.layout.channels()).map(|c| moments(call, &pool(call, c))).unzip();
    vec![mean, variance]
}

fn apply(call: &ReferenceCall<'_>, statistics: &[Vec<f64>]) -> Vec<f64> {
    let (gain, bias, eps) = (call.params[0], call.params[1], call.consts[0]);
    let mut y = vec![0.0; call.layout.len()];
    for c in 0..call.layout.channels() {
        for i in pool(call, c) {
            let normalized = (call.x[i] - statistics[0][c]) / (statistics[1][c] + eps).sqrt();
            y[i] = gain[c] * normalized + bias[c];
        }
    }
    y
}

fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
    let statistics = current(call);
    ReferenceForward { y: apply(call, &statistics), statistics }
}

/// With `x̂` the normalized channel and means over the pool,
/// `dx = gain / sqrt(variance + eps) · (dy − mean dy − x̂ · mean(dy x̂))`; under stored statistics both means go.
fn gradients(
    call: &ReferenceCall<'_>,
    dy: &[f64],
    statistics: &[Vec<f64>],
    stored: bool,
) -> ReferenceBackward {
    let (gain, eps) = (call.params[0], call.consts[0]);
    let channels = call.layout.channels();
    let mut dx = vec![0.0; call.layout.len()];
    let (mut dgain, mut dbias) = (vec![0.0; channels], vec![0.0; channels]);
    for c in 0..channels {
        let pool = pool(call, c);
        let scale = 1.0 / (statistics[1][c] + eps).sqrt();
        let normalized = |i: usize| (call.x[i] - statistics[0][c]) * scale;
        dgain[c] = pool.iter().map(|i| dy[*i] * normalized(*i)).sum();
        dbias[c] = pool.iter().map(|i| dy[*i]).sum();
        let m = pool.len() as f64;
        for i in pool {
            let through = if stored { 0.0 } else { dbias[c] / m + normalized(i) * dgain[c] / m };
            dx[i] = gain[c] * scale * (dy[i] - through);
        }
    }
    ReferenceBackward { dx, dparams: vec![dgain, dbias] }
}

fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
    gradients(call, dy, &current(call), false)
}

/// One value per channel has no unbiased variance: the stored one stays as it is, only the mean moves.
fn update(call: &ReferenceCall<'_>, rate: f64, state: &mut [Vec<f64>]) {
    let [means, variances] = state else { return };
    for (c, (stored_mean, stored_variance)) in means.iter_mut().zip(variances).enumerate() {
        let pool = pool(call, c);
        let (mean, variance) = moments(call, &pool);
        if pool.is_empty() {
            continue;
        }
        *stored_mean += rate * (mean - *stored_mean);
        if pool.len() > 1 {
            let unbiased = variance * pool.len() as f64 / (pool.len() - 1) as f64;
            *stored_variance += rate * (unbiased - *stored_variance);
        }
    }
}

fn stored_backward(call: &ReferenceCall<'_>, dy: &[f64], state: &[Vec<f64>]) -> ReferenceBackward {
    gradients(call, dy, state, true)
}

/// One judge for all of them: they differ in policy and place, not in formula.
const REFERENCE: Reference = Reference {
    forward,
    backward,
    stored: Some(StoredReference { update, forward: apply, backward: stored_backward }),
};

impl Judged for crate::BatchNorm {
    const REFERENCE: Reference = REFERENCE;
}

/// Of one block; the kit leads it from block to block.
impl Judged for crate::GhostBatchNorm {
    const REFERENCE: Reference = REFERENCE;
}

impl Judged for crate::RecurrentBatchNorm {
    const REFERENCE: Reference = REFERENCE;
}

impl Judged for crate::TimeBatchNorm {
    const REFERENCE: Reference = REFERENCE;
}

impl Judged for crate::BatchNormRnn {
    const REFERENCE: Reference = REFERENCE;
}

impl Judged for crate::SequenceBatchNorm {
    const REFERENCE: Reference = REFERENCE;
}
