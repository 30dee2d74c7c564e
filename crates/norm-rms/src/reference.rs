//! RMS normalization in plain loops, from equation 4 of Zhang and Sennrich (zhang2019rms).

use norm_core::conformance::{Judged, Reference, ReferenceBackward, ReferenceCall, ReferenceForward};

/// Mean square of the row that starts at `start`, and `1 / sqrt(mean square + eps)`.
fn scale(call: &ReferenceCall<'_>, start: usize) -> (f64, f64) {
    let h = call.layout.k * call.layout.s;
    let square = call.x[start..start + h].iter().map(|x| x * x).sum::<f64>() / h as f64;
    (square, 1.0 / (square + call.consts[0]).sqrt())
}

/// Calls `f` with the start and the first channel of every row whose case counts.
fn each_row(call: &ReferenceCall<'_>, mut f: impl FnMut(usize, usize)) {
    let l = call.layout;
    for n in 0..l.n {
        if call.mask.is_none_or(|m| m[n]) {
            for g in 0..l.g {
                f((n * l.g + g) * l.k * l.s, g * l.k);
            }
        }
    }
}

fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
    let l = call.layout;
    let gain = call.params[0];
    let h = l.k * l.s;
    let mut y = vec![0.0; l.len()];
    each_row(call, |start, channel| {
        let (_, scale) = scale(call, start);
        for i in 0..h {
            y[start + i] = gain[channel + i / l.s] * call.x[start + i] * scale;
        }
    });
    let squares = (0..l.n * l.g).map(|row| scale(call, row * h).0).collect();
    ReferenceForward { y, statistics: vec![squares] }
}

/// With `g = gain · dy` and `x̂ = x · scale`: `dx = scale · (g − x̂ · mean(g x̂))`. Nothing is centred, so there
/// is no mean of `g`.
fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
    let l = call.layout;
    let gain = call.params[0];
    let h = l.k * l.s;
    let mut dx = vec![0.0; l.len()];
    let mut dgain = vec![0.0; l.channels()];
    each_row(call, |start, channel| {
        let (_, scale) = scale(call, start);
        let normalized = |i: usize| call.x[start + i] * scale;
        let g = |i: usize| gain[channel + i / l.s] * dy[start + i];
        let mean_gx = (0..h).map(|i| g(i) * normalized(i)).sum::<f64>() / h as f64;
        for i in 0..h {
            dx[start + i] = scale * (g(i) - normalized(i) * mean_gx);
            dgain[channel + i / l.s] += dy[start + i] * normalized(i);
        }
    });
    ReferenceBackward { dx, dparams: vec![dgain] }
}

impl Judged for crate::RmsNorm {
    const REFERENCE: Reference = Reference { forward, backward, stored: None };
}
