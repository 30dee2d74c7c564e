//! Layer normalization in plain loops, from equations 3 and 4 of Ba et al. (ba2016layer).

use norm_core::conformance::{Judged, Reference, ReferenceBackward, ReferenceCall, ReferenceForward};

/// One row and what is known of it.
struct Row {
    /// Index of the first element.
    start: usize,
    /// Index of its group's first channel.
    channel: usize,
    mean: f64,
    variance: f64,
    /// `1 / sqrt(variance + eps)`.
    scale: f64,
    counts: bool,
}

fn rows(call: &ReferenceCall<'_>) -> Vec<Row> {
    let (l, eps) = (call.layout, call.consts[0]);
    let h = l.k * l.s;
    let mut rows = Vec::new();
    for n in 0..l.n {
        for g in 0..l.g {
            let start = (n * l.g + g) * h;
            let x = &call.x[start..start + h];
            let mean = x.iter().sum::<f64>() / h as f64;
            let variance = x.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / h as f64;
            let counts = call.mask.is_none_or(|m| m[n]);
            rows.push(Row {
                start,
                channel: g * l.k,
                mean,
                variance,
                scale: 1.0 / (variance + eps).sqrt(),
                counts,
            });
        }
    }
    rows
}

fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
    let l = call.layout;
    let (gain, bias) = (call.params[0], call.params[1]);
    let rows = rows(call);
    let mut y = vec![0.0; l.len()];
    for row in rows.iter().filter(|r| r.counts) {
        for i in 0..l.k * l.s {
            let c = row.channel + i / l.s;
            let normalized = (call.x[row.start + i] - row.mean) * row.scale;
            y[row.start + i] = gain[c] * normalized + bias[c];
        }
    }
    let statistics = vec![rows.iter().map(|r| r.mean).collect(), rows.iter().map(|r| r.variance).collect()];
    ReferenceForward { y, statistics }
}

/// With `g = gain · dy` and `x̂` the normalized row, means over the row:
/// `dx = (g − mean g − x̂ · mean(g x̂)) / sqrt(variance + eps)`. The gain stands inside the means.
fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
    let l = call.layout;
    let gain = call.params[0];
    let h = l.k * l.s;
    let mut dx = vec![0.0; l.len()];
    let (mut dgain, mut dbias) = (vec![0.0; l.channels()], vec![0.0; l.channels()]);
    for row in rows(call).iter().filter(|r| r.counts) {
        let normalized = |i: usize| (call.x[row.start + i] - row.mean) * row.scale;
        let g = |i: usize| gain[row.channel + i / l.s] * dy[row.start + i];
        let mean_g = (0..h).map(g).sum::<f64>() / h as f64;
        let mean_gx = (0..h).map(|i| g(i) * normalized(i)).sum::<f64>() / h as f64;
        for i in 0..h {
            dx[row.start + i] = row.scale * (g(i) - mean_g - normalized(i) * mean_gx);
            let c = row.channel + i / l.s;
            dgain[c] += dy[row.start + i] * normalized(i);
            dbias[c] += dy[row.start + i];
        }
    }
    ReferenceBackward { dx, dparams: vec![dgain, dbias] }
}

impl Judged for crate::LayerNorm {
    const REFERENCE: Reference = Reference { forward, backward, stored: None };
}
