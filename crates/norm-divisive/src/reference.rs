//! Divisive normalization in plain loops, from equations 6 to 8 of Ren et al. (ren2017normalizing).

use std::ops::Range;

use norm_core::conformance::{Judged, Reference, ReferenceBackward, ReferenceCall, ReferenceForward};

/// A picture: all channels of one case.
struct Picture {
    /// Where its first element stands in `x`.
    first: usize,
    /// Elements without the mean of their neighbourhood, `[channels][places]`.
    centred: Vec<f64>,
    /// What they are divided by, one per place.
    spread: Vec<f64>,
}

/// What lies around a place in one direction: half of the square, rounded down, before it, and nothing outside.
fn near(of: usize, size: usize, length: usize) -> Range<usize> {
    of.saturating_sub(size / 2)..(of + size - size / 2).min(length)
}

/// The places of a square around each place that lie in the picture.
fn around(call: &ReferenceCall<'_>, of: usize) -> impl Iterator<Item = usize> + Clone {
    let (row, size) = (call.layout.row, call.consts[1] as usize);
    let columns = near(of % row, size, row);
    near(of / row, size, call.layout.s / row).flat_map(move |r| columns.clone().map(move |c| r * row + c))
}

/// The mean over all channels at the places around one.
fn mean_around(call: &ReferenceCall<'_>, values: &[f64], place: usize) -> f64 {
    let (places, channels) = (call.layout.s, call.layout.channels());
    let near = around(call, place);
    let of_channel = |c: usize| near.clone().map(|p| values[c * places + p]).sum::<f64>();
    (0..channels).map(of_channel).sum::<f64>() / (channels * near.clone().count()) as f64
}

fn pictures(call: &ReferenceCall<'_>) -> Vec<Picture> {
    let (l, sigma) = (call.layout, call.consts[0]);
    let cases = (0..l.n).filter(|n| call.mask.is_none_or(|m| m[*n]));
    cases
        .map(|case| {
            let first = case * l.case();
            let x = &call.x[first..first + l.case()];
            let means: Vec<f64> = (0..l.s).map(|p| mean_around(call, x, p)).collect();
            let centred: Vec<f64> = x.iter().enumerate().map(|(i, x)| x - means[i % l.s]).collect();
            let energy: Vec<f64> = centred.iter().map(|v| v * v).collect();
            let spread = (0..l.s).map(|p| (sigma * sigma + mean_around(call, &energy, p)).sqrt()).collect();
            Picture { first, centred, spread }
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
fn given_around(call: &ReferenceCall<'_>, values: &[f64]) -> Vec<f64> {
    let mut given = vec![0.0; values.len()];
    for (of, value) in values.iter().enumerate() {
        let near = around(call, of);
        let share = value / (call.layout.channels() * near.clone().count()) as f64;
        near.for_each(|place| given[place] += share);
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
        let squeezed = given_around(call, &squeezed);
        let dv: Vec<f64> = dy
            .iter()
            .enumerate()
            .map(|(i, dy)| dy / p.spread[i % places] - p.centred[i] * squeezed[i % places])
            .collect();
        let mut sums = vec![0.0; places];
        dv.iter().enumerate().for_each(|(i, dv)| sums[i % places] += dv);
        let shared = given_around(call, &sums);
        for (i, dv) in dv.iter().enumerate() {
            dx[p.first + i] = dv - shared[i % places];
        }
    }
    ReferenceBackward { dx, dparams: Vec::new() }
}

/// Divisive normalization over units: a column of channels at one place of one case.
mod units {
    use super::near;
    use norm_core::conformance::{ReferenceBackward, ReferenceCall, ReferenceForward};

    struct Column {
        /// Where each unit stands in `x`.
        at: Vec<usize>,
        centred: Vec<f64>,
        spread: Vec<f64>,
    }

    fn mean_near(values: &[f64], of: usize, size: usize) -> f64 {
        let near = near(of, size, values.len());
        values[near.clone()].iter().sum::<f64>() / near.len() as f64
    }

    fn columns(call: &ReferenceCall<'_>) -> Vec<Column> {
        let (l, sigma, size) = (call.layout, call.consts[0], call.consts[1] as usize);
        let cases = (0..l.n).filter(|n| call.mask.is_none_or(|m| m[*n]));
        let places = cases.flat_map(|n| (0..l.s).map(move |s| n * l.case() + s));
        places
            .map(|first| {
                let at: Vec<usize> = (0..l.channels()).map(|c| first + c * l.s).collect();
                let x: Vec<f64> = at.iter().map(|i| call.x[*i]).collect();
                let centred: Vec<f64> = (0..x.len()).map(|c| x[c] - mean_near(&x, c, size)).collect();
                let energy: Vec<f64> = centred.iter().map(|v| v * v).collect();
                let spread =
                    (0..at.len()).map(|c| (sigma * sigma + mean_near(&energy, c, size)).sqrt()).collect();
                Column { at, centred, spread }
            })
            .collect()
    }

    pub(super) fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
        let mut y = vec![0.0; call.layout.len()];
        for column in columns(call) {
            for (c, at) in column.at.iter().enumerate() {
                y[*at] = column.centred[c] / column.spread[c];
            }
        }
        ReferenceForward { y, statistics: Vec::new() }
    }

    /// Gives each unit's value, divided by what its neighbourhood holds, to all units in it.
    fn given_near(values: &[f64], size: usize) -> Vec<f64> {
        let mut given = vec![0.0; values.len()];
        for (of, value) in values.iter().enumerate() {
            let near = near(of, size, values.len());
            let share = value / near.len() as f64;
            given[near].iter_mut().for_each(|given| *given += share);
        }
        given
    }

    /// As over space: `dv_k = dy_k / s_k − v_k Σ dy_j v_j / s_j³` over the neighbourhoods `j` that hold `k`, and
    /// `dx_i = dv_i − Σ dv_j` likewise.
    pub(super) fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
        let size = call.consts[1] as usize;
        let mut dx = vec![0.0; call.layout.len()];
        for Column { at, centred, spread } in columns(call) {
            let dy: Vec<f64> = at.iter().map(|i| dy[*i]).collect();
            let of_energy: Vec<f64> = (0..at.len()).map(|j| dy[j] * centred[j] / spread[j].powi(3)).collect();
            let of_energy = given_near(&of_energy, size);
            let dv: Vec<f64> = (0..at.len()).map(|k| dy[k] / spread[k] - centred[k] * of_energy[k]).collect();
            let of_mean = given_near(&dv, size);
            at.iter().enumerate().for_each(|(i, to)| dx[*to] = dv[i] - of_mean[i]);
        }
        ReferenceBackward { dx, dparams: Vec::new() }
    }
}

impl Judged for crate::DivisiveUnits {
    const REFERENCE: Reference =
        Reference { forward: units::forward, backward: units::backward, stored: None };
}

impl Judged for crate::DivisiveNorm {
    const REFERENCE: Reference = Reference { forward, backward, stored: None };
}
