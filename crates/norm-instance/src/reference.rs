//! Instance normalization in plain loops, from equation 4 of Ulyanov et al. (ulyanov2016instance).

use norm_core::conformance::{Judged, Reference, ReferenceBackward, ReferenceCall, ReferenceForward};

/// One channel of one case.
struct Picture<'a> {
    case: usize,
    channel: usize,
    /// Index of the first pixel.
    start: usize,
    pixels: &'a [f64],
    mean: f64,
    variance: f64,
}

fn pictures<'a>(call: &ReferenceCall<'a>) -> Vec<Picture<'a>> {
    let (channels, space) = (call.layout.channels(), call.layout.s);
    let each = call.x.chunks(space).enumerate();
    each.map(|(at, pixels)| {
        let mean = pixels.iter().sum::<f64>() / space as f64;
        let variance = pixels.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / space as f64;
        Picture { case: at / channels, channel: at % channels, start: at * space, pixels, mean, variance }
    })
    .collect()
}

fn counts(call: &ReferenceCall<'_>, p: &Picture<'_>) -> bool {
    call.mask.is_none_or(|m| m[p.case])
}

fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
    let (gain, bias, eps) = (call.params[0], call.params[1], call.consts[0]);
    let pictures = pictures(call);
    let mut y = vec![0.0; call.layout.len()];
    for p in pictures.iter().filter(|p| counts(call, p)) {
        for (i, x) in p.pixels.iter().enumerate() {
            y[p.start + i] = gain[p.channel] * (x - p.mean) / (p.variance + eps).sqrt() + bias[p.channel];
        }
    }
    let statistics =
        vec![pictures.iter().map(|p| p.mean).collect(), pictures.iter().map(|p| p.variance).collect()];
    ReferenceForward { y, statistics }
}

/// With `x̂` the normalized picture and means over it,
/// `dx = gain / sqrt(variance + eps) · (dy − mean dy − x̂ · mean(dy x̂))`: one gain per picture stands before all of it.
fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
    let (gain, eps) = (call.params[0], call.consts[0]);
    let (channels, space) = (call.layout.channels(), call.layout.s);
    let mut dx = vec![0.0; call.layout.len()];
    let (mut dgain, mut dbias) = (vec![0.0; channels], vec![0.0; channels]);
    for p in pictures(call).iter().filter(|p| counts(call, p)) {
        let scale = 1.0 / (p.variance + eps).sqrt();
        let dy = &dy[p.start..p.start + space];
        let normalized = |i: usize| (p.pixels[i] - p.mean) * scale;
        let sum = dy.iter().sum::<f64>();
        let along = dy.iter().enumerate().map(|(i, d)| d * normalized(i)).sum::<f64>();
        for (i, d) in dy.iter().enumerate() {
            let through = sum / space as f64 + normalized(i) * along / space as f64;
            dx[p.start + i] = gain[p.channel] * scale * (d - through);
        }
        dgain[p.channel] += along;
        dbias[p.channel] += sum;
    }
    ReferenceBackward { dx, dparams: vec![dgain, dbias] }
}

impl Judged for crate::InstanceNorm {
    const REFERENCE: Reference = Reference { forward, backward, stored: None };
}
