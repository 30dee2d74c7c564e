//! Group normalization in plain loops, from equations 1, 2 and 7 of Wu and He (wu2018group).

use norm_core::conformance::{Judged, Reference, ReferenceBackward, ReferenceCall, ReferenceForward};

/// Case, channel and place of every element of group `g` of case `n`.
fn members(call: &ReferenceCall<'_>, n: usize, g: usize) -> Vec<(usize, usize)> {
    let l = call.layout;
    let channels = g * l.k..(g + 1) * l.k;
    channels.flat_map(|c| (0..l.s).map(move |s| (c, (n * l.channels() + c) * l.s + s))).collect()
}

fn moments(call: &ReferenceCall<'_>, members: &[(usize, usize)]) -> (f64, f64) {
    let m = members.len() as f64;
    let mean = members.iter().map(|(_, i)| call.x[*i]).sum::<f64>() / m;
    let variance = members.iter().map(|(_, i)| (call.x[*i] - mean).powi(2)).sum::<f64>() / m;
    (mean, variance)
}

fn counts(call: &ReferenceCall<'_>, n: usize) -> bool {
    call.mask.is_none_or(|m| m[n])
}

fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
    let l = call.layout;
    let (gain, bias, eps) = (call.params[0], call.params[1], call.consts[0]);
    let mut y = vec![0.0; l.len()];
    let mut statistics = vec![Vec::new(), Vec::new()];
    for n in 0..l.n {
        for g in 0..l.g {
            let members = members(call, n, g);
            let (mean, variance) = moments(call, &members);
            statistics[0].push(mean);
            statistics[1].push(variance);
            for (c, i) in members.into_iter().filter(|_| counts(call, n)) {
                y[i] = gain[c] * (call.x[i] - mean) / (variance + eps).sqrt() + bias[c];
            }
        }
    }
    ReferenceForward { y, statistics }
}

/// With `g = gain · dy` and `x̂` the normalized group, means over the group:
/// `dx = (g − mean g − x̂ · mean(g x̂)) / sqrt(variance + eps)`.
fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
    let l = call.layout;
    let (gain, eps) = (call.params[0], call.consts[0]);
    let mut dx = vec![0.0; l.len()];
    let (mut dgain, mut dbias) = (vec![0.0; l.channels()], vec![0.0; l.channels()]);
    for n in (0..l.n).filter(|n| counts(call, *n)) {
        for g in 0..l.g {
            let members = members(call, n, g);
            let (mean, variance) = moments(call, &members);
            let deviation = (variance + eps).sqrt();
            let m = members.len() as f64;
            let (mut sum, mut along) = (0.0, 0.0);
            for (c, i) in &members {
                let normalized = (call.x[*i] - mean) / deviation;
                sum += gain[*c] * dy[*i];
                along += gain[*c] * dy[*i] * normalized;
                dgain[*c] += dy[*i] * normalized;
                dbias[*c] += dy[*i];
            }
            for (c, i) in members {
                let normalized = (call.x[i] - mean) / deviation;
                dx[i] = (gain[c] * dy[i] - sum / m - normalized * along / m) / deviation;
            }
        }
    }
    ReferenceBackward { dx, dparams: vec![dgain, dbias] }
}

impl Judged for crate::GroupNorm {
    const REFERENCE: Reference = Reference { forward, backward, stored: None };
}
