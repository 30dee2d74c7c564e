//! Batch renormalization in plain loops, from algorithm 1 of Ioffe (ioffe2017renorm).

use norm_core::conformance::{
    Judged, Reference, ReferenceBackward, ReferenceCall, ReferenceForward, StoredReference,
};

/// Indices of the elements of one channel that count.
fn pool(call: &ReferenceCall<'_>, channel: usize) -> Vec<usize> {
    let (l, mut pool) = (call.layout, Vec::new());
    for n in (0..l.n).filter(|n| call.mask.is_none_or(|m| m[*n])) {
        let start = (n * l.channels() + channel) * l.s;
        pool.extend(start..start + l.s);
    }
    pool
}

/// Mean and biased variance; of nothing they are 0.
fn moments(call: &ReferenceCall<'_>, pool: &[usize]) -> (f64, f64) {
    let m = (pool.len() as f64).max(1.0);
    let mean = pool.iter().map(|i| call.x[*i]).sum::<f64>() / m;
    (mean, pool.iter().map(|i| (call.x[*i] - mean).powi(2)).sum::<f64>() / m)
}

/// One channel: what normalizes it, and the correction `r`, `d` against the store.
struct Channel {
    pool: Vec<usize>,
    mean: f64,
    variance: f64,
    deviation: f64,
    r: f64,
    d: f64,
}

/// The channels of a batch, or of a store that is handed out in place of the batch's own moments.
fn channels(call: &ReferenceCall<'_>, handed: Option<&[Vec<f64>]>) -> Vec<Channel> {
    let [eps, rmax, dmax] = [0, 1, 2].map(|i| call.consts[i]);
    let (stored_mean, stored_variance) = (call.params[2], call.params[3]);
    let of = |c: usize| {
        let pool = pool(call, c);
        let (mean, variance) = handed.map_or_else(|| moments(call, &pool), |s| (s[0][c], s[1][c]));
        let (deviation, stored) = ((variance + eps).sqrt(), (stored_variance[c] + eps).sqrt());
        let r = (deviation / stored).clamp(1.0 / rmax, rmax);
        let d = ((mean - stored_mean[c]) / stored).clamp(-dmax, dmax);
        Channel { pool, mean, variance, deviation, r, d }
    };
    (0..call.layout.channels()).map(of).collect()
}

fn apply(call: &ReferenceCall<'_>, channels: &[Channel]) -> Vec<f64> {
    let mut y = vec![0.0; call.layout.len()];
    for (c, of) in channels.iter().enumerate() {
        for &i in &of.pool {
            let corrected = (call.x[i] - of.mean) / of.deviation * of.r + of.d;
            y[i] = call.params[0][c] * corrected + call.params[1][c];
        }
    }
    y
}

fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
    let channels = channels(call, None);
    let statistics =
        vec![channels.iter().map(|c| c.mean).collect(), channels.iter().map(|c| c.variance).collect()];
    ReferenceForward { y: apply(call, &channels), statistics }
}

/// With `x̂` the channel before its correction, `g = gain · r · dy` and means over the pool,
/// `dx = (g − mean g − x̂ · mean(g x̂)) / deviation`; under handed-out statistics both means go. The gain gets the
/// corrected channel.
fn gradients(call: &ReferenceCall<'_>, dy: &[f64], handed: Option<&[Vec<f64>]>) -> ReferenceBackward {
    let mut dx = vec![0.0; call.layout.len()];
    let (mut dgain, mut dbias) = (Vec::new(), Vec::new());
    for (c, of) in channels(call, handed).iter().enumerate() {
        let m = of.pool.len() as f64;
        let normalized = |i: usize| (call.x[i] - of.mean) / of.deviation;
        let g = |i: usize| call.params[0][c] * of.r * dy[i];
        let mean: f64 = of.pool.iter().map(|i| g(*i)).sum::<f64>() / m;
        let along: f64 = of.pool.iter().map(|i| g(*i) * normalized(*i)).sum::<f64>() / m;
        for &i in &of.pool {
            let through = if handed.is_some() { 0.0 } else { mean + normalized(i) * along };
            dx[i] = (g(i) - through) / of.deviation;
        }
        dgain.push(of.pool.iter().map(|i| dy[*i] * (normalized(*i) * of.r + of.d)).sum());
        dbias.push(of.pool.iter().map(|i| dy[*i]).sum());
    }
    ReferenceBackward { dx, dparams: vec![dgain, dbias] }
}

fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
    gradients(call, dy, None)
}

/// The store takes the unbiased variance; of one value there is none.
fn update(call: &ReferenceCall<'_>, rate: f64, state: &mut [Vec<f64>]) {
    let [means, variances] = state else { return };
    for (c, (stored_mean, stored_variance)) in means.iter_mut().zip(variances).enumerate() {
        let pool = pool(call, c);
        let (mean, variance) = moments(call, &pool);
        let m = pool.len() as f64;
        if m > 0.0 {
            *stored_mean += rate * (mean - *stored_mean);
        }
        if m > 1.0 {
            *stored_variance += rate * (variance * m / (m - 1.0) - *stored_variance);
        }
    }
}

fn stored_forward(call: &ReferenceCall<'_>, state: &[Vec<f64>]) -> Vec<f64> {
    apply(call, &channels(call, Some(state)))
}

fn stored_backward(call: &ReferenceCall<'_>, dy: &[f64], state: &[Vec<f64>]) -> ReferenceBackward {
    gradients(call, dy, Some(state))
}

impl Judged for crate::BatchRenorm {
    const REFERENCE: Reference = Reference {
        forward,
        backward,
        stored: Some(StoredReference { update, forward: stored_forward, backward: stored_backward }),
    };
}
