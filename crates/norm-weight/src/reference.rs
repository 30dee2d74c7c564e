//! Weight normalization in plain loops, from equations 2 and 3 of Salimans and Kingma (salimans2016weight).

use norm_core::conformance::{Judged, Reference, ReferenceBackward, ReferenceCall, ReferenceForward};

/// How a parameter makes the gain, and the gain's derivative by it.
type Gain = fn(f64) -> (f64, f64);

fn plain(g: f64) -> (f64, f64) {
    (g, 1.0)
}

fn exponential(s: f64) -> (f64, f64) {
    (s.exp(), s.exp())
}

/// Start, group and sum of squares of every row whose case counts.
fn rows<'a>(call: &'a ReferenceCall<'_>) -> impl Iterator<Item = (usize, usize, f64)> + 'a {
    let l = call.layout;
    let len = l.k * l.s;
    (0..l.n * l.g).filter(move |row| call.mask.is_none_or(|m| m[row / l.g])).map(move |row| {
        let v = &call.x[row * len..(row + 1) * len];
        (row * len, row % l.g, v.iter().map(|v| v * v).sum())
    })
}

fn forward(call: &ReferenceCall<'_>, gain: Gain) -> ReferenceForward {
    let l = call.layout;
    let mut y = vec![0.0; l.len()];
    for (start, unit, squares) in rows(call) {
        if squares > call.consts[0] {
            let scale = gain(call.params[0][unit]).0 / squares.sqrt();
            let row = start..start + l.k * l.s;
            for (y, x) in y[row.clone()].iter_mut().zip(&call.x[row]) {
                *y = scale * x;
            }
        }
    }
    let mut statistic = vec![0.0; l.n * l.g];
    for (start, _, squares) in rows(call) {
        statistic[start / (l.k * l.s)] = squares;
    }
    ReferenceForward { y, statistics: vec![statistic] }
}

/// `dg = (dw · v) / ‖v‖` and `dv = g/‖v‖ (dw − dg v/‖v‖)`: what is left of `dw` across `v`.
fn backward(call: &ReferenceCall<'_>, dy: &[f64], gain: Gain) -> ReferenceBackward {
    let l = call.layout;
    let mut dx = vec![0.0; l.len()];
    let mut dparam = vec![0.0; l.g];
    for (start, unit, squares) in rows(call) {
        if squares > call.consts[0] {
            let row = start..start + l.k * l.s;
            let norm = squares.sqrt();
            let along = row.clone().map(|i| dy[i] * call.x[i]).sum::<f64>() / norm;
            let (g, slope) = gain(call.params[0][unit]);
            dparam[unit] += along * slope;
            for i in row {
                dx[i] = g / norm * (dy[i] - along * call.x[i] / norm);
            }
        }
    }
    ReferenceBackward { dx, dparams: vec![dparam] }
}

impl Judged for crate::WeightNorm {
    const REFERENCE: Reference = Reference {
        forward: |call| forward(call, plain),
        backward: |call, dy| backward(call, dy, plain),
        stored: None,
    };
}

impl Judged for crate::ExpWeightNorm {
    const REFERENCE: Reference = Reference {
        forward: |call| forward(call, exponential),
        backward: |call, dy| backward(call, dy, exponential),
        stored: None,
    };
}
