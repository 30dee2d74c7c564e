//! The judge, in plain loops.

use norm_core::ReferenceSet;
use norm_core::conformance::{
    Judged, Pool, Reference, ReferenceBackward, ReferenceCall, ReferenceForward, channel, pools,
};

/// Mean fourth power.
fn quartic(call: &ReferenceCall<'_>, pool: &Pool) -> f64 {
    pool.elements.iter().map(|&i| call.x[i].powi(4)).sum::<f64>() / pool.elements.len() as f64
}

fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
    let mut y = vec![0.0; call.x.len()];
    let mut statistic = Vec::new();
    for pool in pools(call, ReferenceSet::Features) {
        let q = quartic(call, &pool);
        for &i in &pool.elements {
            let c = channel(call, i);
            y[i] = call.params[0][c] * call.x[i] / (q + call.consts[0]).powf(0.25) + call.params[1][c];
        }
        statistic.push(q);
    }
    ReferenceForward { y, statistics: vec![statistic] }
}

/// With `r = (q + eps)^(-1/4)` and `g = gain dy`: `dx = r g - r^5 x^3 mean(g x)`.
fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
    let mut dx = vec![0.0; call.x.len()];
    let mut dparams = vec![vec![0.0; call.layout.channels()]; 2];
    for pool in pools(call, ReferenceSet::Features) {
        let r = (quartic(call, &pool) + call.consts[0]).powf(-0.25);
        let g = |i: usize| call.params[0][channel(call, i)] * dy[i];
        let along = pool.elements.iter().map(|&i| g(i) * call.x[i]).sum::<f64>() / pool.elements.len() as f64;
        for &i in &pool.elements {
            dx[i] = r * g(i) - r.powi(5) * call.x[i].powi(3) * along;
            dparams[0][channel(call, i)] += dy[i] * call.x[i] * r;
            dparams[1][channel(call, i)] += dy[i];
        }
    }
    ReferenceBackward { dx, dparams }
}

impl Judged for crate::QuarticNorm {
    const REFERENCE: Reference = Reference { forward, backward, stored: None };
}
