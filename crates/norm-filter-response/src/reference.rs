//! Filter response normalization in plain loops, from equations 1 to 4 of Singh and Krishnan (singh2020filter).

use norm_core::conformance::{Judged, Reference, ReferenceBackward, ReferenceCall, ReferenceForward};

/// A channel of a case: its first element, its channel, its mean square.
struct Response {
    start: usize,
    channel: usize,
    square: f64,
    counts: bool,
}

fn responses(call: &ReferenceCall<'_>) -> Vec<Response> {
    let (channels, space) = (call.layout.channels(), call.layout.s);
    let each = call.x.chunks(space).enumerate();
    each.map(|(at, x)| Response {
        start: at * space,
        channel: at % channels,
        square: x.iter().map(|x| x * x).sum::<f64>() / space as f64,
        counts: call.mask.is_none_or(|m| m[at / channels]),
    })
    .collect()
}

/// What is added to the mean square: the constant, and the magnitude of what is learned.
fn eps(call: &ReferenceCall<'_>, channel: usize) -> f64 {
    call.consts[0] + call.params.get(3).map_or(0.0, |learned| learned[channel].abs())
}

fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
    let (gain, bias, tau) = (call.params[0], call.params[1], call.params[2]);
    let responses = responses(call);
    let mut y = vec![0.0; call.layout.len()];
    for r in responses.iter().filter(|r| r.counts) {
        let c = r.channel;
        let range = r.start..r.start + call.layout.s;
        for (y, x) in y[range.clone()].iter_mut().zip(&call.x[range]) {
            let normalized = x / (r.square + eps(call, c)).sqrt();
            *y = (gain[c] * normalized + bias[c]).max(tau[c]);
        }
    }
    ReferenceForward { y, statistics: vec![responses.iter().map(|r| r.square).collect()] }
}

/// What was cut off goes to the threshold. With `g = gain · dy` of the rest, `x̂` the normalized channel and `s` its
/// root, `dx = (g − x̂ · mean(g x̂)) / s`; the learned epsilon gets `−sign · sum(g x̂) / (2 s²)`.
fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
    let (gain, bias, tau) = (call.params[0], call.params[1], call.params[2]);
    let space = call.layout.s;
    let mut dx = vec![0.0; call.layout.len()];
    let mut dparams: Vec<Vec<f64>> = call.params.iter().map(|p| vec![0.0; p.len()]).collect();
    for r in responses(call).iter().filter(|r| r.counts) {
        let c = r.channel;
        let root = (r.square + eps(call, c)).sqrt();
        let range = r.start..r.start + space;
        let normalized = |i: usize| call.x[i] / root;
        let passes = |i: usize| gain[c] * normalized(i) + bias[c] > tau[c];
        let g = |i: usize| if passes(i) { gain[c] * dy[i] } else { 0.0 };
        let along: f64 = range.clone().map(|i| g(i) * normalized(i)).sum();
        for i in range {
            dx[i] = (g(i) - normalized(i) * along / space as f64) / root;
            if passes(i) {
                dparams[0][c] += dy[i] * normalized(i);
                dparams[1][c] += dy[i];
            } else {
                dparams[2][c] += dy[i];
            }
        }
        if let Some(learned) = call.params.get(3) {
            dparams[3][c] -= learned[c].signum() * along / (2.0 * root * root);
        }
    }
    ReferenceBackward { dx, dparams }
}

impl Judged for crate::FilterResponseNorm {
    const REFERENCE: Reference = Reference { forward, backward, stored: None };
}

impl Judged for crate::LearnedEpsFilterResponse {
    const REFERENCE: Reference = Reference { forward, backward, stored: None };
}
