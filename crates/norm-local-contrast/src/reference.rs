//! Local contrast normalization in plain loops, from section 2.1 of Jarrett et al. (jarrett2009best).

use norm_core::conformance::{Judged, Reference, ReferenceBackward, ReferenceCall, ReferenceForward};

/// A window over a picture.
struct Window {
    /// The weight along one direction, from the first place on.
    weights: Vec<f64>,
    /// Places in a row, and rows.
    sides: [usize; 2],
}

impl Window {
    fn of(call: &ReferenceCall<'_>) -> Self {
        let size = call.consts[0] as usize;
        let (middle, deviation) = ((size as f64 - 1.0) / 2.0, size as f64 / 4.0);
        let weight = |place: usize| (-(place as f64 - middle).powi(2) / (2.0 * deviation * deviation)).exp();
        let weights = (0..size).map(weight).collect();
        Self { weights, sides: [call.layout.row, call.layout.s / call.layout.row] }
    }

    /// The places along one direction that lie in the picture, with their weights.
    fn line(&self, of: usize, side: usize) -> impl Iterator<Item = (usize, f64)> + Clone {
        let (before, length) = (self.weights.len() / 2, self.sides[side]);
        let places = self.weights.iter().enumerate().map(move |(at, w)| ((of + at).checked_sub(before), *w));
        places.filter_map(move |(place, w)| Some((place.filter(|p| *p < length)?, w)))
    }

    /// The places around one, with weights that sum to 1.
    fn around(&self, place: usize) -> Vec<(usize, f64)> {
        let row = self.sides[0];
        let columns = self.line(place % row, 0);
        let all: Vec<(usize, f64)> = self
            .line(place / row, 1)
            .flat_map(|(r, down)| columns.clone().map(move |(c, across)| (r * row + c, down * across)))
            .collect();
        let sum: f64 = all.iter().map(|w| w.1).sum();
        all.into_iter().map(|(p, w)| (p, w / sum)).collect()
    }
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

fn pictures(call: &ReferenceCall<'_>, window: &Window) -> Vec<Picture> {
    let (l, channels) = (call.layout, call.layout.channels());
    let eps = call.consts[1];
    let cases = (0..l.n).filter(|n| call.mask.is_none_or(|m| m[*n]));
    cases
        .map(|case| {
            let first = case * l.case();
            let x = &call.x[first..first + l.case()];
            let around = |values: &[f64], place: usize| {
                let at = |p: usize| (0..channels).map(|c| values[c * l.s + p]).sum::<f64>() / channels as f64;
                window.around(place).into_iter().map(|(p, w)| w * at(p)).sum::<f64>()
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
    for p in pictures(call, &Window::of(call)) {
        for (i, v) in p.centred.iter().enumerate() {
            y[p.first + i] = v / p.divided_by(i % call.layout.s);
        }
    }
    ReferenceForward { y, statistics: Vec::new() }
}

/// Gives each place's value to the places of its window, by their weights.
fn given_around(window: &Window, values: &[f64]) -> Vec<f64> {
    let mut given = vec![0.0; values.len()];
    for (of, value) in values.iter().enumerate() {
        for (place, weight) in window.around(of) {
            given[place] += weight * value;
        }
    }
    given
}

/// Back through the forward pass: through the quotient to the centred values and to whichever of average and deviation stood
/// below, through the deviation's window to the centred values again, and through the mean's window to `x`.
fn backward(call: &ReferenceCall<'_>, dy: &[f64]) -> ReferenceBackward {
    let (places, channels) = (call.layout.s, call.layout.channels() as f64);
    let window = Window::of(call);
    let mut dx = vec![0.0; call.layout.len()];
    for p in pictures(call, &window) {
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
        let to_squares = given_around(&window, &to_energy);
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
        let to_x = given_around(&window, &to_means);
        for (i, dv) in dv.iter().enumerate() {
            dx[p.first + i] = dv + to_x[i % places] / channels;
        }
    }
    ReferenceBackward { dx, dparams: Vec::new() }
}

impl Judged for crate::LocalContrastNorm {
    const REFERENCE: Reference = Reference { forward, backward, stored: None };
}
