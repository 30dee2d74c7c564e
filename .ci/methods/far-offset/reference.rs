//! Far offset in plain loops, from its source (faroffset).

use norm_core::ReferenceSet;
use norm_core::conformance::{
    Judged, Reference, ReferenceBackward, ReferenceCall, ReferenceForward, channel, pools,
};

fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
    let mut y = vec![0.0; call.layout.len()];
    let mut ms = Vec::new();
    for pool in pools(call, ReferenceSet::Features) {
        let n = pool.elements.len() as f64;
        let mean = pool.elements.iter().map(|&i| call.x[i].powi(2)).sum::<f64>() / n;
        for i in pool.elements {
            let c = channel(call, i);
            y[i] = call.params[0][c] * call.x[i] / (mean + call.consts[0]).sqrt() + call.params[1][c];
        }
        ms.push(mean);
    }
    ReferenceForward { y, statistics: vec![ms] }
}

fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
    let mut dx = vec![0.0; call.layout.len()];
    let (mut dgain, mut dbias) = (vec![0.0; call.params[0].len()], vec![0.0; call.params[1].len()]);
    for pool in pools(call, ReferenceSet::Features) {
        let n = pool.elements.len() as f64;
        let mean = pool.elements.iter().map(|&i| call.x[i].powi(2)).sum::<f64>() / n;
        let d = (mean + call.consts[0]).sqrt();
        let g = |i: usize| call.params[0][channel(call, i)] * dy[i];
        let along = pool.elements.iter().map(|&i| g(i) * call.x[i] / d).sum::<f64>() / n;
        for &i in &pool.elements {
            dx[i] = (g(i) - call.x[i] / d * along) / d;
            dgain[channel(call, i)] += dy[i] * call.x[i] / d;
            dbias[channel(call, i)] += dy[i];
        }
    }
    ReferenceBackward { dx, dparams: vec![dgain, dbias] }
}

impl Judged for crate::FarOffsetNorm {
    const REFERENCE: Reference = Reference { forward, backward, stored: None };
}
