//! Gratings, a bank of oriented filters, and what the filters answer once the bank's energy divides them.

use std::f64::consts::TAU;

use hmax::{Filter, Gabor};

use crate::dense::dot;
use crate::norm::Norm;

pub(crate) const ORIENTATIONS: usize = 12;
const GABOR: Gabor = Gabor { size: 11, lambda: 5.641, sigma: 4.5128, gamma: Gabor::GAMMA };
/// What the squared drives are added to, a squared contrast.
pub(crate) const SEMI_SATURATION: f64 = 0.2;

/// Oriented filters, 15 degrees apart.
pub(crate) struct Bank(Vec<Filter>);

/// Between the orientations of two neighbouring filters.
pub(crate) fn spacing() -> f64 {
    180.0 / ORIENTATIONS as f64
}

impl Bank {
    pub(crate) fn new() -> Self {
        Self((0..ORIENTATIONS).map(|i| GABOR.at(i as f64 * spacing()).expect("an odd side")).collect())
    }

    /// How much each filter is driven by gratings of these `(contrast, degrees)` on top of each other: the size of the product.
    pub(crate) fn drives(&self, gratings: &[(f64, f64)]) -> Vec<f64> {
        let middle = (GABOR.size / 2) as f64;
        let pixel = |p: usize| {
            let (i, j) = ((p / GABOR.size) as f64 - middle, (p % GABOR.size) as f64 - middle);
            gratings
                .iter()
                .map(|(contrast, degrees)| {
                    let (sin, cos) = degrees.to_radians().sin_cos();
                    contrast * (TAU * (i * cos - j * sin) / GABOR.lambda).cos()
                })
                .sum::<f64>()
        };
        let patch: Vec<f64> = (0..GABOR.size * GABOR.size).map(pixel).collect();
        // In units of the answer to a full grating along the filter.
        let best = |f: &Filter| dot(f.template().weights(), &patch).abs();
        self.0.iter().map(best).collect()
    }
}

/// `D² / (σ² + Σ D²)` over the bank (carandini2012canonical): the square of what local response normalization with the
/// exponent 1/2 and a window over all channels makes of the drives. `[stimuli][ORIENTATIONS]`, drives in units of `unit`.
pub(crate) fn responses(drives: &[Vec<f64>], unit: f64, alpha: f64) -> Vec<Vec<f64>> {
    let norm = Norm::new("local-response", drives.len(), ORIENTATIONS)
        .with("k", SEMI_SATURATION * SEMI_SATURATION)
        .with("alpha", alpha)
        .with("beta", 0.5)
        .with("size", (2 * ORIENTATIONS + 1) as f64);
    let x: Vec<f64> = drives.iter().flatten().map(|d| d / unit).collect();
    norm.forward(&x).y.chunks_exact(ORIENTATIONS).map(|y| y.iter().map(|y| y * y).collect()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_method_s_square_is_the_published_formula() {
        let bank = Bank::new();
        let drives = vec![bank.drives(&[(0.5, 30.0)]), bank.drives(&[(1.0, 30.0), (0.2, 100.0)])];
        for (drives, found) in drives.iter().zip(responses(&drives, 2.0, 1.0)) {
            let energy: f64 = drives.iter().map(|d| (d / 2.0).powi(2)).sum();
            for (d, r) in drives.iter().zip(&found) {
                let expected = (d / 2.0).powi(2) / (SEMI_SATURATION.powi(2) + energy);
                assert!((r - expected).abs() < 1e-12, "{r} {expected}");
            }
        }
    }

    #[test]
    fn a_grating_drives_the_filter_along_it_most() {
        let bank = Bank::new();
        for (i, degrees) in (0..ORIENTATIONS).map(|i| (i, i as f64 * spacing())) {
            let drives = bank.drives(&[(1.0, degrees)]);
            assert!(
                drives.iter().enumerate().all(|(j, d)| j == i || *d < drives[i]),
                "{degrees}: {drives:?}"
            );
        }
    }
}
