//! Batch, layer and divisive normalization are one formula over different sets (ren2017normalizing).

use norm_core::conformance::difference;

use crate::draw::Draw;
use crate::norm::Norm;
use crate::probe::{Probe, Values};

const CASES: usize = 9;
const CHANNELS: usize = 6;
const SIDE: usize = 5;
const PLACES: usize = SIDE * SIDE;
/// Places, and units, to a window; half of it, rounded down, lies to each side.
const WINDOW: usize = 3;

pub(crate) const PROBE: Probe = Probe {
    id: "divisive-identities",
    about: "z = a - (mean of a over a set), y = z / root of (sigma² + mean of z² over a set), in plain loops. With a feature over \
            the batch, a case's features, a window of 3 by 3 places, a window of 3 units for the set and sigma 0, 0, 1, 1: its \
            largest difference from batch norm, layer norm, divisive norm, and divisive norm over units.",
    find: || find(1.0),
};

/// The formula: `set(i)` is what element `i` is compared with, for the mean and for the deviation alike.
fn formula(a: &[f64], sigma: f64, set: impl Fn(usize) -> Vec<usize>) -> Vec<f64> {
    let sets: Vec<Vec<usize>> = (0..a.len()).map(set).collect();
    let mean = |of: &dyn Fn(usize) -> f64, set: &[usize]| {
        set.iter().map(|&j| of(j)).sum::<f64>() / set.len() as f64
    };
    let z: Vec<f64> = sets.iter().zip(a).map(|(set, here)| here - mean(&|j| a[j], set)).collect();
    let divided = |(set, z_here): (&Vec<usize>, &f64)| {
        z_here / (sigma * sigma + mean(&|j| z[j] * z[j], set)).sqrt()
    };
    sets.iter().zip(&z).map(divided).collect()
}

/// Numbers at most half a window from `at`, below `end`.
fn window(at: usize, end: usize) -> std::ops::Range<usize> {
    at.saturating_sub(WINDOW / 2)..(at + WINDOW / 2 + 1).min(end)
}

fn find(sigma: f64) -> Values {
    let mut draw = Draw::new(173);
    let vectors: Vec<f64> = draw.normals(CASES * CHANNELS, 2.0).iter().map(|x| x + 1.0).collect();
    let pictures: Vec<f64> =
        draw.normals(CASES * CHANNELS * PLACES, 2.0).iter().map(|x| x + 1.0).collect();
    let row = |i: usize| i / CHANNELS * CHANNELS;

    let feature = |i: usize| (i % CHANNELS..CASES * CHANNELS).step_by(CHANNELS).collect();
    let features = |i: usize| (row(i)..row(i) + CHANNELS).collect();
    let units = |i: usize| window(i % CHANNELS, CHANNELS).map(|j| row(i) + j).collect();
    let around = |i: usize| {
        let case = i / (CHANNELS * PLACES) * CHANNELS * PLACES;
        let (y, x) = (i % PLACES / SIDE, i % SIDE);
        let mut all = Vec::new();
        for channel in 0..CHANNELS {
            for y in window(y, SIDE) {
                all.extend(window(x, SIDE).map(|x| case + channel * PLACES + y * SIDE + x));
            }
        }
        all
    };

    let of = |id: &str| Norm::new(id, CASES, CHANNELS).exact().with("size", WINDOW as f64);
    let divisive =
        Norm::over("divisive", CASES, CHANNELS, PLACES, 1).with_row(SIDE).with("size", WINDOW as f64);
    Values::new()
        .with("batch", difference(&of("batch").forward(&vectors).y, &formula(&vectors, 0.0, feature)))
        .with("layer", difference(&of("layer").forward(&vectors).y, &formula(&vectors, 0.0, features)))
        .with("divisive", difference(&divisive.forward(&pictures).y, &formula(&pictures, sigma, around)))
        .with("divisive_units", difference(&of("divisive-units").forward(&vectors).y, &formula(&vectors, sigma, units)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_sigma_is_seen() {
        let found = find(1.0);
        for same in ["batch", "layer", "divisive", "divisive_units"] {
            assert!(found.get(same) < 1e-10, "{found:?}");
        }
        let other = find(1.1);
        assert!(other.get("divisive") > 1e-2 && other.get("divisive_units") > 1e-2, "{other:?}");
    }
}
