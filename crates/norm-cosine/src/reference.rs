//! Cosine normalization in plain loops, from the definitions of Luo et al. (luo2018cosine).

use norm_core::conformance::{Judged, Reference, ReferenceBackward, ReferenceCall, ReferenceForward};

/// A row brought to norm 1.
struct Row {
    start: usize,
    mean: f64,
    squares: f64,
    raw: f64,
    /// Nothing where the row has no direction, or where its case does not count.
    unit: Option<Vec<f64>>,
}

fn rows(call: &ReferenceCall<'_>, centred: bool) -> Vec<Row> {
    let l = call.layout;
    let len = l.k * l.s;
    let one = |row: usize| {
        let x = &call.x[row * len..(row + 1) * len];
        let mean = if centred { x.iter().sum::<f64>() / len as f64 } else { 0.0 };
        let squares = x.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>();
        let raw = x.iter().map(|v| v * v).sum::<f64>();
        let share = if centred { call.consts[1] } else { 0.0 };
        let counts = call.mask.is_none_or(|m| m[row / l.g]);
        let has_direction = squares > call.consts[0] && squares > share * raw;
        let unit = (counts && has_direction).then(|| x.iter().map(|v| (v - mean) / squares.sqrt()).collect());
        Row { start: row * len, mean, squares, raw, unit }
    };
    (0..l.n * l.g).map(one).collect()
}

fn forward(call: &ReferenceCall<'_>, centred: bool) -> ReferenceForward {
    let rows = rows(call, centred);
    let mut y = vec![0.0; call.layout.len()];
    for row in &rows {
        if let Some(unit) = &row.unit {
            y[row.start..row.start + unit.len()].copy_from_slice(unit);
        }
    }
    let squares = rows.iter().map(|r| r.squares).collect();
    let statistics = if centred {
        vec![rows.iter().map(|r| r.mean).collect(), squares, rows.iter().map(|r| r.raw).collect()]
    } else {
        vec![squares]
    };
    ReferenceForward { y, statistics }
}

/// What of `dy` is across the unit vector, divided by the norm: `dx = (dy − (dy · u) u)/‖x‖`; where the row was
/// centred, minus its own mean.
fn backward(call: &ReferenceCall<'_>, dy: &[f64], centred: bool) -> ReferenceBackward {
    let mut dx = vec![0.0; call.layout.len()];
    for row in rows(call, centred) {
        let Some(unit) = &row.unit else { continue };
        let dy = &dy[row.start..row.start + unit.len()];
        let along = dy.iter().zip(unit).map(|(d, u)| d * u).sum::<f64>();
        let across: Vec<f64> =
            dy.iter().zip(unit).map(|(d, u)| (d - along * u) / row.squares.sqrt()).collect();
        let mean = if centred { across.iter().sum::<f64>() / unit.len() as f64 } else { 0.0 };
        for (dx, v) in dx[row.start..].iter_mut().zip(&across) {
            *dx = v - mean;
        }
    }
    ReferenceBackward { dx, dparams: Vec::new() }
}

impl Judged for crate::CosineNorm {
    const REFERENCE: Reference = Reference {
        forward: |call| forward(call, false),
        backward: |call, dy| backward(call, dy, false),
        stored: None,
    };
}

impl Judged for crate::CentredCosineNorm {
    const REFERENCE: Reference = Reference {
        forward: |call| forward(call, true),
        backward: |call, dy| backward(call, dy, true),
        stored: None,
    };
}
