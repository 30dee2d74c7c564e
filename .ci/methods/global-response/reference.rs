//! Global response in plain loops, from its source (globalresponse).

use norm_core::ReferenceSet;
use norm_core::conformance::{
    Judged, Reference, ReferenceBackward, ReferenceCall, ReferenceForward, channel, pools,
};

/// The length of every channel of every case, and their mean in the case.
fn lengths(call: &ReferenceCall<'_>) -> Vec<(Vec<usize>, f64, f64)> {
    let (channels, eps) = (call.layout.channels(), call.consts[0]);
    let all = pools(call, ReferenceSet::Space);
    let length = |elements: &[usize]| (elements.iter().map(|&i| call.x[i].powi(2)).sum::<f64>() + eps).sqrt();
    let mut found = Vec::new();
    for case in all.chunks(channels).filter(|case| !case[0].elements.is_empty()) {
        let mean = case.iter().map(|p| length(&p.elements)).sum::<f64>() / channels as f64;
        found.extend(case.iter().map(|p| (p.elements.clone(), length(&p.elements), mean)));
    }
    found
}

fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
    let mut y = vec![0.0; call.layout.len()];
    for (elements, length, mean) in lengths(call) {
        for i in elements {
            let c = channel(call, i);
            let times = 1.0 + call.params[0][c] * length / (mean + call.consts[0]);
            y[i] = call.x[i] * times + call.params[1][c];
        }
    }
    ReferenceForward { y, statistics: Vec::new() }
}

fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
    let (channels, eps) = (call.layout.channels(), call.consts[0]);
    let mut dx = vec![0.0; call.layout.len()];
    let (mut dgain, mut dbias) = (vec![0.0; channels], vec![0.0; channels]);
    for case in lengths(call).chunks(channels) {
        let along = |c: usize| case[c].0.iter().map(|&i| dy[i] * call.x[i]).sum::<f64>();
        let d = case[0].2 + eps;
        let shared: f64 = (0..channels).map(|c| call.params[0][c] * along(c) * case[c].1).sum();
        for (c, (elements, length, _)) in case.iter().enumerate() {
            let gain = call.params[0][c];
            dgain[c] += along(c) * length / d;
            let dlength = gain * along(c) / d - shared / (d * d * channels as f64);
            for &i in elements {
                dx[i] = dy[i] * (1.0 + gain * length / d) + dlength * call.x[i] / length;
                dbias[c] += dy[i];
            }
        }
    }
    ReferenceBackward { dx, dparams: vec![dgain, dbias] }
}

impl Judged for crate::GlobalResponseNorm {
    const REFERENCE: Reference = Reference { forward, backward, stored: None };
}
