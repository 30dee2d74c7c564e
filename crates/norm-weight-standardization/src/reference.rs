//! Weight standardization in plain loops, from equations 10 and 11 of Qiao et al. (qiao2019weight), with the unbiased
//! deviation and the epsilon of their released layer.

use norm_core::conformance::{Judged, Reference, ReferenceBackward, ReferenceCall, ReferenceForward};

/// Mean, biased variance and unbiased deviation of the weights into a unit; the deviation of one weight is 0. The mean is
/// counted from the first weight, so that equal weights have no deviation at all.
fn moments(row: &[f64]) -> (f64, f64, f64) {
    let n = row.len() as f64;
    let mean = row[0] + row.iter().map(|w| w - row[0]).sum::<f64>() / n;
    let squares = row.iter().map(|w| (w - mean).powi(2)).sum::<f64>();
    let deviation = if row.len() > 1 { (squares / (n - 1.0)).sqrt() } else { 0.0 };
    (mean, squares / n, deviation)
}

fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
    let fan_in = call.layout.k * call.layout.s;
    let mut y = Vec::with_capacity(call.x.len());
    let mut statistics = vec![Vec::new(), Vec::new()];
    for (row, weights) in call.x.chunks(fan_in).enumerate() {
        let (mean, variance, deviation) = moments(weights);
        let counts = call.mask.is_none_or(|m| m[row / call.layout.g]);
        y.extend(
            weights.iter().map(|w| if counts { (w - mean) / (deviation + call.consts[0]) } else { 0.0 }),
        );
        for (plane, v) in statistics.iter_mut().zip([mean, variance]) {
            plane.push(v);
        }
    }
    ReferenceForward { y, statistics }
}

/// With `c` the centred row and `S` its deviation plus epsilon,
/// `dc = dy / S − c · sum(dy c) / (S² (n − 1) deviation)`, of which the mean is subtracted.
fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
    let fan_in = call.layout.k * call.layout.s;
    let mut dx = Vec::with_capacity(call.x.len());
    for (row, (weights, dy)) in call.x.chunks(fan_in).zip(dy.chunks(fan_in)).enumerate() {
        let (mean, _, deviation) = moments(weights);
        let n = fan_in as f64;
        let whole = deviation + call.consts[0];
        let along: f64 = weights.iter().zip(dy).map(|(w, d)| d * (w - mean)).sum();
        // Where nothing varies the deviation has no slope that is carried on.
        let slope = if deviation > 0.0 { along / (whole * whole * (n - 1.0) * deviation) } else { 0.0 };
        let dc: Vec<f64> = weights.iter().zip(dy).map(|(w, d)| d / whole - (w - mean) * slope).collect();
        let shift = dc.iter().sum::<f64>() / n;
        let counts = call.mask.is_none_or(|m| m[row / call.layout.g]);
        dx.extend(dc.iter().map(|d| if counts { d - shift } else { 0.0 }));
    }
    ReferenceBackward { dx, dparams: Vec::new() }
}

impl Judged for crate::WeightStandardization {
    const REFERENCE: Reference = Reference { forward, backward, stored: None };
}
