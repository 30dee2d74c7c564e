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

/// What the store holds of the spread of a channel.
trait Spread {
    /// Of a biased variance.
    fn of(variance: f64, eps: f64) -> f64;
    /// What divides.
    fn deviation(spread: f64, eps: f64) -> f64;
    /// What of a batch of `n` values goes into the store; of too few there may be nothing.
    fn taken(spread: f64, n: f64) -> Option<f64>;
}

/// The deviation, epsilon under its root: the paper.
struct Deviation;

impl Spread for Deviation {
    fn of(variance: f64, eps: f64) -> f64 {
        (variance + eps).sqrt()
    }
    fn deviation(spread: f64, _: f64) -> f64 {
        spread
    }
    fn taken(spread: f64, _: f64) -> Option<f64> {
        Some(spread)
    }
}

/// The variance; the store takes the unbiased one, and of one value there is none.
struct Variance;

impl Spread for Variance {
    fn of(variance: f64, _: f64) -> f64 {
        variance
    }
    fn deviation(spread: f64, eps: f64) -> f64 {
        (spread + eps).sqrt()
    }
    fn taken(spread: f64, n: f64) -> Option<f64> {
        (n > 1.0).then(|| spread * n / (n - 1.0))
    }
}

/// One channel: what normalizes it, and the correction `r`, `d` against the store.
struct Channel {
    pool: Vec<usize>,
    mean: f64,
    spread: f64,
    deviation: f64,
    r: f64,
    d: f64,
}

fn measured<S: Spread>(call: &ReferenceCall<'_>, pool: &[usize]) -> (f64, f64) {
    let (mean, variance) = moments(call, pool);
    (mean, S::of(variance, call.consts[0]))
}

/// The channels of a batch, or of a store that is used in place of the batch's own moments.
fn channels<S: Spread>(call: &ReferenceCall<'_>, used: Option<&[Vec<f64>]>) -> Vec<Channel> {
    let [eps, rmax, dmax] = [0, 1, 2].map(|i| call.consts[i]);
    let (stored_mean, stored_spread) = (call.params[2], call.params[3]);
    let of = |c: usize| {
        let pool = pool(call, c);
        let (mean, spread) = used.map_or_else(|| measured::<S>(call, &pool), |s| (s[0][c], s[1][c]));
        let (deviation, stored) = (S::deviation(spread, eps), S::deviation(stored_spread[c], eps));
        let r = (deviation / stored).clamp(1.0 / rmax, rmax);
        let d = ((mean - stored_mean[c]) / stored).clamp(-dmax, dmax);
        Channel { pool, mean, spread, deviation, r, d }
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

fn forward<S: Spread>(call: &ReferenceCall<'_>) -> ReferenceForward {
    let channels = channels::<S>(call, None);
    let statistics =
        vec![channels.iter().map(|c| c.mean).collect(), channels.iter().map(|c| c.spread).collect()];
    ReferenceForward { y: apply(call, &channels), statistics }
}

/// With `x̂` the channel before its correction, `g = gain · r · dy` and means over the pool,
/// `dx = (g − mean g − x̂ · mean(g x̂)) / deviation`; under stored statistics both means go. The gain gets the
/// corrected channel.
fn gradients<S: Spread>(
    call: &ReferenceCall<'_>,
    dy: &[f64],
    stored: Option<&[Vec<f64>]>,
) -> ReferenceBackward {
    let mut dx = vec![0.0; call.layout.len()];
    let (mut dgain, mut dbias) = (Vec::new(), Vec::new());
    for (c, of) in channels::<S>(call, stored).iter().enumerate() {
        let m = of.pool.len() as f64;
        let normalized = |i: usize| (call.x[i] - of.mean) / of.deviation;
        let g = |i: usize| call.params[0][c] * of.r * dy[i];
        let mean: f64 = of.pool.iter().map(|i| g(*i)).sum::<f64>() / m;
        let along: f64 = of.pool.iter().map(|i| g(*i) * normalized(*i)).sum::<f64>() / m;
        for &i in &of.pool {
            let through = if stored.is_some() { 0.0 } else { mean + normalized(i) * along };
            dx[i] = (g(i) - through) / of.deviation;
        }
        dgain.push(of.pool.iter().map(|i| dy[*i] * (normalized(*i) * of.r + of.d)).sum());
        dbias.push(of.pool.iter().map(|i| dy[*i]).sum());
    }
    ReferenceBackward { dx, dparams: vec![dgain, dbias] }
}

fn backward<S: Spread>(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
    gradients::<S>(call, dy, None)
}

fn update<S: Spread>(call: &ReferenceCall<'_>, rate: f64, state: &mut [Vec<f64>]) {
    let [means, spreads] = state else { return };
    for (c, (running_mean, running_spread)) in means.iter_mut().zip(spreads).enumerate() {
        let pool = pool(call, c);
        let (mean, spread) = measured::<S>(call, &pool);
        let m = pool.len() as f64;
        if m > 0.0 {
            *running_mean += rate * (mean - *running_mean);
        }
        if let Some(spread) = S::taken(spread, m).filter(|_| m > 0.0) {
            *running_spread += rate * (spread - *running_spread);
        }
    }
}

fn stored_forward<S: Spread>(call: &ReferenceCall<'_>, state: &[Vec<f64>]) -> Vec<f64> {
    apply(call, &channels::<S>(call, Some(state)))
}

fn stored_backward<S: Spread>(call: &ReferenceCall<'_>, dy: &[f64], state: &[Vec<f64>]) -> ReferenceBackward {
    gradients::<S>(call, dy, Some(state))
}

const fn reference<S: Spread>() -> Reference {
    Reference {
        forward: forward::<S>,
        backward: backward::<S>,
        stored: Some(StoredReference {
            update: update::<S>,
            forward: stored_forward::<S>,
            backward: stored_backward::<S>,
        }),
    }
}

impl Judged for crate::BatchRenorm {
    const REFERENCE: Reference = reference::<Deviation>();
}

impl Judged for crate::BatchRenormVariance {
    const REFERENCE: Reference = reference::<Variance>();
}
