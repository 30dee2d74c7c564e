//! Local response normalization in plain loops, from section 3.3 of Krizhevsky et al. (krizhevsky2012imagenet).

use norm_core::conformance::{Judged, Reference, ReferenceBackward, ReferenceCall, ReferenceForward};

/// One place of one case, as a column of channels.
struct Column {
    /// Where the first channel stands in `x`; the next is `space` further.
    first: usize,
    space: usize,
    x: Vec<f64>,
    /// `k + α Σ x²` of each channel.
    divided_by: Vec<f64>,
}

impl Column {
    fn at(&self, channel: usize) -> usize {
        self.first + channel * self.space
    }
}

/// Channels in the window of one: half of them, rounded down, before it, and none that is not there.
fn window(channel: usize, size: usize, channels: usize) -> std::ops::Range<usize> {
    channel.saturating_sub(size / 2)..(channel + size - size / 2).min(channels)
}

fn columns(call: &ReferenceCall<'_>) -> Vec<Column> {
    let (l, channels) = (call.layout, call.layout.channels());
    let [k, alpha, _, size] = *call.consts else { return Vec::new() };
    let mut all = Vec::new();
    for case in (0..l.n).filter(|n| call.mask.is_none_or(|m| m[*n])) {
        for place in 0..l.s {
            let first = case * l.case() + place;
            let x: Vec<f64> = (0..channels).map(|c| call.x[first + c * l.s]).collect();
            let energy = |c: usize| window(c, size as usize, channels).map(|j| x[j] * x[j]).sum::<f64>();
            let divided_by = (0..channels).map(|c| k + alpha * energy(c)).collect();
            all.push(Column { first, space: l.s, x, divided_by });
        }
    }
    all
}

fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
    let mut y = vec![0.0; call.layout.len()];
    for column in columns(call) {
        for (c, x) in column.x.iter().enumerate() {
            y[column.at(c)] = x / column.divided_by[c].powf(call.consts[2]);
        }
    }
    ReferenceForward { y, statistics: Vec::new() }
}

/// With `d` what is divided by,
/// `dx_j = dy_j d_j^-β − 2 α β x_j Σ dy_i x_i d_i^(-β-1)` over the channels `i` in whose window `j` lies.
fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
    let [_, alpha, beta, size] = *call.consts else { return ReferenceBackward::unwritten(call, dy) };
    let mut dx = vec![0.0; call.layout.len()];
    for column in columns(call) {
        let channels = column.x.len();
        for i in 0..channels {
            let (dy, d) = (dy[column.at(i)], column.divided_by[i]);
            dx[column.at(i)] += dy * d.powf(-beta);
            let shared = 2.0 * alpha * beta * dy * column.x[i] * d.powf(-beta - 1.0);
            for j in window(i, size as usize, channels) {
                dx[column.at(j)] -= column.x[j] * shared;
            }
        }
    }
    ReferenceBackward { dx, dparams: Vec::new() }
}

impl Judged for crate::LocalResponseNorm {
    const REFERENCE: Reference = Reference { forward, backward, stored: None };
}
