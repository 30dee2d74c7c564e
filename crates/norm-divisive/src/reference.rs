//! Divisive normalization in plain loops, from equations 6 to 8 of Ren et al. (ren2017normalizing).

use norm_core::conformance::{Judged, Reference, ReferenceBackward, ReferenceCall, ReferenceForward};

/// A picture: all channels of one case.
struct Picture {
    /// Where its first element stands in `x`.
    first: usize,
    channels: usize,
    /// For each place the places around it.
    around: Vec<Vec<usize>>,
    /// Elements without the mean of their neighbourhood, `[channels][places]`.
    centred: Vec<f64>,
    /// What they are divided by, one per place.
    spread: Vec<f64>,
}

/// The places of a square around each place that lie in the picture.
fn around(call: &ReferenceCall<'_>, size: usize) -> Vec<Vec<usize>> {
    let (places, row) = (call.layout.s, call.layout.row);
    let near = |of: usize, other: usize| other + size / 2 >= of && other + size / 2 < of + size;
    let neighbours = |of: usize| {
        let all = (0..places).filter(|p| near(of / row, p / row) && near(of % row, p % row));
        all.collect::<Vec<_>>()
    };
    (0..places).map(neighbours).collect()
}

fn pictures(call: &ReferenceCall<'_>) -> Vec<Picture> {
    let (l, channels) = (call.layout, call.layout.channels());
    let [sigma, size] = *call.consts else { return Vec::new() };
    let around = around(call, size as usize);
    let cases = (0..l.n).filter(|n| call.mask.is_none_or(|m| m[*n]));
    cases
        .map(|case| {
            let first = case * l.case();
            let x = &call.x[first..first + l.case()];
            let mean_of = |values: &[f64], near: &[usize]| {
                let of_channel = |c: usize| near.iter().map(|p| values[c * l.s + p]).sum::<f64>();
                (0..channels).map(of_channel).sum::<f64>() / (channels * near.len()) as f64
            };
            let means: Vec<f64> = around.iter().map(|near| mean_of(x, near)).collect();
            let centred: Vec<f64> = x.iter().enumerate().map(|(i, x)| x - means[i % l.s]).collect();
            let energy: Vec<f64> = centred.iter().map(|v| v * v).collect();
            let spread = around.iter().map(|near| (sigma * sigma + mean_of(&energy, near)).sqrt()).collect();
            Picture { first, channels, around: around.clone(), centred, spread }
        })
        .collect()
}

fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
    let mut y = vec![0.0; call.layout.len()];
    for p in pictures(call) {
        for (i, v) in p.centred.iter().enumerate() {
            y[p.first + i] = v / p.spread[i % call.layout.s];
        }
    }
    ReferenceForward { y, statistics: Vec::new() }
}

/// Gives each place's value, divided by what its neighbourhood holds, to all places in it.
fn given_around(p: &Picture, values: &[f64]) -> Vec<f64> {
    let mut given = vec![0.0; values.len()];
    for (near, value) in p.around.iter().zip(values) {
        for place in near {
            given[*place] += value / (p.channels * near.len()) as f64;
        }
    }
    given
}

/// With `v` the centred value and `s` what it is divided by:
/// `dv_k = dy_k / s_k − v_k Σ dy_j v_j / s_j³` over the neighbourhoods `j` that hold `k`, each sum shared out among its
/// elements, and `dx_i = dv_i − Σ dv_j` likewise.
fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
    let places = call.layout.s;
    let mut dx = vec![0.0; call.layout.len()];
    for p in pictures(call) {
        let dy = &dy[p.first..p.first + p.centred.len()];
        let mut squeezed = vec![0.0; places];
        for (i, dy) in dy.iter().enumerate() {
            squeezed[i % places] += dy * p.centred[i] / p.spread[i % places].powi(3);
        }
        let squeezed = given_around(&p, &squeezed);
        let dv: Vec<f64> = dy
            .iter()
            .enumerate()
            .map(|(i, dy)| dy / p.spread[i % places] - p.centred[i] * squeezed[i % places])
            .collect();
        let mut sums = vec![0.0; places];
        dv.iter().enumerate().for_each(|(i, dv)| sums[i % places] += dv);
        let shared = given_around(&p, &sums);
        for (i, dv) in dv.iter().enumerate() {
            dx[p.first + i] = dv - shared[i % places];
        }
    }
    ReferenceBackward { dx, dparams: Vec::new() }
}

impl Judged for crate::DivisiveNorm {
    const REFERENCE: Reference = Reference { forward, backward, stored: None };
}
