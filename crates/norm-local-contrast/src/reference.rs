//! Local contrast normalization in plain loops, from section 2.1 of Jarrett et al. (jarrett2009best).

use norm_core::conformance::{Judged, Reference, ReferenceBackward, ReferenceCall, ReferenceForward};

/// For each place the places around it with their weights, which sum to 1.
type Windows = Vec<Vec<(usize, f64)>>;

fn windows(call: &ReferenceCall<'_>, size: usize) -> Windows {
    let (places, row) = (call.layout.s, call.layout.row);
    let middle = (size as f64 - 1.0) / 2.0 - (size / 2) as f64;
    // How much a place counts that lies this far behind the one in the middle.
    let weight = |of: usize, other: usize| {
        let far = other as f64 - of as f64;
        let inside = far >= -((size / 2) as f64) && far < (size - size / 2) as f64;
        let (off, deviation) = (far - middle, size as f64 / 4.0);
        if inside { (-off * off / (2.0 * deviation * deviation)).exp() } else { 0.0 }
    };
    let window = |of: usize| {
        let weighed = (0..places).map(|p| (p, weight(of / row, p / row) * weight(of % row, p % row)));
        let all: Vec<(usize, f64)> = weighed.filter(|w| w.1 > 0.0).collect();
        let sum: f64 = all.iter().map(|w| w.1).sum();
        all.into_iter().map(|(p, w)| (p, w / sum)).collect()
    };
    (0..places).map(window).collect()
}

/// A picture: all channels of one case.
struct Picture {
    first: usize,
    centred: Vec<f64>,
    /// The weighted mean square around each place.
    energy: Vec<f64>,
    deviation: Vec<f64>,
    average: f64,
}

impl Picture {
    fn divided_by(&self, place: usize) -> f64 {
        self.average.max(self.deviation[place])
    }
}

fn pictures(call: &ReferenceCall<'_>, windows: &Windows) -> Vec<Picture> {
    let (l, channels) = (call.layout, call.layout.channels());
    let eps = call.consts[1];
    let cases = (0..l.n).filter(|n| call.mask.is_none_or(|m| m[*n]));
    cases
        .map(|case| {
            let first = case * l.case();
            let x = &call.x[first..first + l.case()];
            let around = |values: &[f64], place: usize| {
                let at = |p: usize| (0..channels).map(|c| values[c * l.s + p]).sum::<f64>() / channels as f64;
                windows[place].iter().map(|(p, w)| w * at(*p)).sum::<f64>()
            };
            let means: Vec<f64> = (0..l.s).map(|p| around(x, p)).collect();
            let centred: Vec<f64> = x.iter().enumerate().map(|(i, x)| x - means[i % l.s]).collect();
            let squares: Vec<f64> = centred.iter().map(|v| v * v).collect();
            let energy: Vec<f64> = (0..l.s).map(|p| around(&squares, p)).collect();
            let deviation: Vec<f64> = energy.iter().map(|e| e.max(eps).sqrt()).collect();
            let average = deviation.iter().sum::<f64>() / l.s as f64;
            Picture { first, centred, energy, deviation, average }
        })
        .collect()
}

fn forward(call: &ReferenceCall<'_>) -> ReferenceForward {
    let mut y = vec![0.0; call.layout.len()];
    for p in pictures(call, &windows(call, call.consts[0] as usize)) {
        for (i, v) in p.centred.iter().enumerate() {
            y[p.first + i] = v / p.divided_by(i % call.layout.s);
        }
    }
    ReferenceForward { y, statistics: Vec::new() }
}

/// Gives each place's value to the places of its window, by their weights.
fn given_around(windows: &Windows, values: &[f64]) -> Vec<f64> {
    let mut given = vec![0.0; values.len()];
    for (window, value) in windows.iter().zip(values) {
        for (place, weight) in window {
            given[*place] += weight * value;
        }
    }
    given
}

/// Back along the way there: through the quotient to the centred values and to whichever of average and deviation stood
/// below, through the deviation's window to the centred values again, and through the mean's window to `x`.
fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
    let (places, channels) = (call.layout.s, call.layout.channels() as f64);
    let windows = windows(call, call.consts[0] as usize);
    let mut dx = vec![0.0; call.layout.len()];
    for p in pictures(call, &windows) {
        let dy = &dy[p.first..p.first + p.centred.len()];
        let mut below = vec![0.0; places];
        for (i, dy) in dy.iter().enumerate() {
            below[i % places] -= dy * p.centred[i] / p.divided_by(i % places).powi(2);
        }
        let is_average = |place: usize| p.average > p.deviation[place];
        let to_average: f64 = (0..places).filter(|q| is_average(*q)).map(|q| below[q]).sum();
        let to_energy: Vec<f64> = (0..places)
            .map(|q| {
                let own = if is_average(q) { 0.0 } else { below[q] };
                let of_deviation = own + to_average / places as f64;
                if p.energy[q] > call.consts[1] { of_deviation / (2.0 * p.deviation[q]) } else { 0.0 }
            })
            .collect();
        let to_squares = given_around(&windows, &to_energy);
        let dv: Vec<f64> = dy
            .iter()
            .enumerate()
            .map(|(i, dy)| {
                let q = i % places;
                dy / p.divided_by(q) + 2.0 * p.centred[i] * to_squares[q] / channels
            })
            .collect();
        let mut to_means = vec![0.0; places];
        dv.iter().enumerate().for_each(|(i, dv)| to_means[i % places] -= dv);
        let to_x = given_around(&windows, &to_means);
        for (i, dv) in dv.iter().enumerate() {
            dx[p.first + i] = dv + to_x[i % places] / channels;
        }
    }
    ReferenceBackward { dx, dparams: Vec::new() }
}

impl Judged for crate::LocalContrastNorm {
    const REFERENCE: Reference = Reference { forward, backward, stored: None };
}
