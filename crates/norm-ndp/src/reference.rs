//! The normalization of a patch in plain loops, from Kouh and Poggio (kouh2008canonical) and the CNS kernel
//! (mutch2010cns).

use norm_core::conformance::{Judged, Reference, ReferenceBackward, ReferenceCall, ReferenceForward};

/// A row and what divides it.
struct Row {
    start: usize,
    mean: f64,
    squares: f64,
    raw: f64,
    /// The divisor; nothing where there is none, or where the case does not count.
    divisor: Option<f64>,
    /// The norm, where the divisor feels it.
    felt: Option<f64>,
}

fn rows(call: &ReferenceCall<'_>) -> Vec<Row> {
    let l = call.layout;
    let len = l.k * l.s;
    let [k, thres, zero, flat, tiny] = call.consts[..] else { unreachable!("five constants are declared") };
    let one = |row: usize| {
        let x = &call.x[row * len..(row + 1) * len];
        let mean = x.iter().sum::<f64>() / len as f64;
        let squares = x.iter().map(|v| (v - zero * mean).powi(2)).sum::<f64>();
        let raw = x.iter().map(|v| v * v).sum::<f64>();
        let (norm, floor) = (squares.sqrt(), thres * (len as f64).sqrt());
        let counts = call.mask.is_none_or(|m| m[row / l.g]);
        let seen = squares > tiny && squares > flat * raw;
        let divides = counts && (seen || k + thres > 0.0);
        Row {
            start: row * len,
            mean,
            squares,
            raw,
            divisor: divides.then_some(k + norm.max(floor)),
            felt: (norm > floor && seen).then_some(norm),
        }
    };
    (0..l.n * l.g).map(one).collect()
}

fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
    let rows = rows(call);
    let len = call.layout.k * call.layout.s;
    let mut y = vec![0.0; call.layout.len()];
    for row in &rows {
        if let Some(divisor) = row.divisor {
            let at = row.start..row.start + len;
            for (y, x) in y[at.clone()].iter_mut().zip(&call.x[at]) {
                *y = x / divisor;
            }
        }
    }
    let statistics = vec![
        rows.iter().map(|r| r.mean).collect(),
        rows.iter().map(|r| r.squares).collect(),
        rows.iter().map(|r| r.raw).collect(),
    ];
    ReferenceForward { y, statistics }
}

/// With `D = k + ‖c‖`, `c` the patch of which the norm is taken (centred or not):
/// `dx = dy/D − (dy · x)/D² · dD/dx`, and `dD/dx = (c − zero · mean c)/‖c‖`, 0 under the floor.
fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
    let len = call.layout.k * call.layout.s;
    let zero = call.consts[2];
    let mut dx = vec![0.0; call.layout.len()];
    for row in rows(call) {
        let Some(divisor) = row.divisor else { continue };
        let (x, dy) = (&call.x[row.start..row.start + len], &dy[row.start..row.start + len]);
        let along = x.iter().zip(dy).map(|(x, d)| x * d).sum::<f64>() / divisor / divisor;
        for (i, dx) in dx[row.start..row.start + len].iter_mut().enumerate() {
            let slope = row.felt.map_or(0.0, |norm| {
                let rest = row.mean - zero * row.mean;
                (x[i] - zero * row.mean - zero * rest) / norm
            });
            *dx = dy[i] / divisor - along * slope;
        }
    }
    ReferenceBackward { dx, dparams: Vec::new() }
}

impl Judged for crate::NormalizedDotProduct {
    const REFERENCE: Reference = Reference { forward, backward, stored: None };
}
