//! Scale normalization in plain loops, from equation 5 of Nguyen and Salazar (nguyen2019tears), with the floor of their
//! released layer under the length.

use norm_core::conformance::{Judged, Reference, ReferenceBackward, ReferenceCall, ReferenceForward};

/// Cases, whether they count, and their sums of squares.
fn cases<'a>(call: &ReferenceCall<'a>) -> Vec<(&'a [f64], bool, f64)> {
    let each = call.x.chunks(call.layout.case()).enumerate();
    each.map(|(n, x)| (x, call.mask.is_none_or(|m| m[n]), x.iter().map(|v| v * v).sum())).collect()
}

fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
    let (gain, eps) = (call.params[0][0], call.consts[0]);
    let mut y = Vec::with_capacity(call.x.len());
    for (x, counts, squares) in cases(call) {
        let length = squares.sqrt().max(eps);
        y.extend(x.iter().map(|v| if counts { gain * v / length } else { 0.0 }));
    }
    ReferenceForward { y, statistics: vec![cases(call).iter().map(|c| c.2).collect()] }
}

/// With `u = x / length`, `dx = gain / length · (dy − u · sum(u dy))`; below the floor the second term goes.
fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
    let (gain, eps) = (call.params[0][0], call.consts[0]);
    let mut dx = Vec::with_capacity(call.x.len());
    let mut dgain = 0.0;
    for ((x, counts, squares), dy) in cases(call).into_iter().zip(dy.chunks(call.layout.case())) {
        if !counts {
            dx.extend(x.iter().map(|_| 0.0));
            continue;
        }
        let length = squares.sqrt().max(eps);
        let along: f64 = x.iter().zip(dy).map(|(v, d)| v / length * d).sum();
        let back = if squares.sqrt() > eps { along } else { 0.0 };
        dx.extend(x.iter().zip(dy).map(|(v, d)| gain / length * (d - v / length * back)));
        dgain += along;
    }
    ReferenceBackward { dx, dparams: vec![vec![dgain]] }
}

impl Judged for crate::ScaleNorm {
    const REFERENCE: Reference = Reference { forward, backward, stored: None };
}
