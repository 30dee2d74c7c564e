//! Divided by the energy of its bank, a filter saturates with contrast and keeps the shape of its tuning.

use crate::gratings::{Bank, ORIENTATIONS, SEMI_SATURATION, responses, spacing};
use crate::probe::{Probe, Values};

pub(crate) const PROBE: Probe = Probe {
    id: "divisive-saturation",
    about: "Twelve Gabor filters 15 degrees apart, gratings along the first of 1 to 100 percent contrast, squared drives divided by \
            a constant and the sum of all: r c^n/(c^n + s^n) fitted to each filter's responses, the smallest R²; the width of \
            the bank's response at half height, its largest relative distance from the mean over contrasts.",
    find: || find(1.0),
};

/// From 1 to 100 %, evenly in the logarithm.
fn contrasts() -> Vec<f64> {
    (0..25).map(|i| 10f64.powf(-2.0 + f64::from(i) / 12.0)).collect()
}

/// `r c^n/(c^n + s^n)` with the least squares.
struct Fit {
    exponent: f64,
    half: f64,
    r_squared: f64,
}

fn squares(contrasts: &[f64], seen: &[f64], exponent: f64, half: f64) -> f64 {
    let shape: Vec<f64> = contrasts.iter().map(|c| c.powf(exponent) / (c.powf(exponent) + half.powf(exponent))).collect();
    // The best factor is found at once.
    let top = shape.iter().zip(seen).map(|(f, y)| f * y).sum::<f64>() / shape.iter().map(|f| f * f).sum::<f64>();
    shape.iter().zip(seen).map(|(f, y)| (y - top * f).powi(2)).sum()
}

fn fit(contrasts: &[f64], seen: &[f64]) -> Fit {
    let (mut exponent, mut half) = (2.0f64, 0.3f64);
    let (mut width, mut least) = (1.5, f64::INFINITY);
    for _ in 0..12 {
        let (from, to) = ((exponent, half), 10);
        for i in -to..=to {
            for j in -to..=to {
                let step = |k: i32| (width * f64::from(k) / f64::from(to)).exp();
                let (n, s) = ((from.0 * step(i)).clamp(0.3, 8.0), from.1 * step(j));
                let here = squares(contrasts, seen, n, s);
                if here < least {
                    (exponent, half, least) = (n, s, here);
                }
            }
        }
        width /= 3.0;
    }
    let mean = seen.iter().sum::<f64>() / seen.len() as f64;
    let spread: f64 = seen.iter().map(|y| (y - mean).powi(2)).sum();
    Fit { exponent, half, r_squared: 1.0 - least / spread }
}

/// Degrees between the places to both sides of the first filter at which the response is half of its, on straight lines between
/// filters.
fn width(response: &[f64]) -> f64 {
    let half = response[0] / 2.0;
    let side = |at: &dyn Fn(usize) -> f64| {
        let below = (1..ORIENTATIONS).find(|i| at(*i) < half).unwrap_or(ORIENTATIONS / 2);
        let (above, below_value) = (at(below - 1), at(below));
        (below - 1) as f64 + (above - half) / (above - below_value)
    };
    let right = side(&|i| response[i % ORIENTATIONS]);
    let left = side(&|i| response[(ORIENTATIONS - i) % ORIENTATIONS]);
    (right + left) * spacing()
}

fn find(alpha: f64) -> Values {
    let (bank, contrasts) = (Bank::new(), contrasts());
    let unit = bank.drives(&[(1.0, 0.0)])[0];
    let drives: Vec<Vec<f64>> = contrasts.iter().map(|c| bank.drives(&[(*c, 0.0)])).collect();
    let answers = responses(&drives, unit, alpha);
    let fits: Vec<Fit> = (0..ORIENTATIONS)
        .map(|o| fit(&contrasts, &answers.iter().map(|a| a[o]).collect::<Vec<_>>()))
        .collect();
    let widths: Vec<f64> = answers.iter().map(|a| width(a)).collect();
    let mean = widths.iter().sum::<f64>() / widths.len() as f64;
    let off = widths.iter().map(|w| (w / mean - 1.0).abs());
    // By the formula: half of the asymptote is reached where the energy of the bank is the squared constant.
    let energy: f64 = drives[contrasts.len() - 1].iter().map(|d| (d / unit).powi(2)).sum();
    Values::new()
        .with("r_squared", fits.iter().map(|f| f.r_squared).fold(1.0, f64::min))
        .with("exponent", fits[0].exponent)
        .with("half", fits[0].half)
        .with("half_by_formula", SEMI_SATURATION / energy.sqrt())
        .with("width_degrees", mean)
        .with("width_spread", off.fold(0.0, f64::max))
        .with("full_over_half_contrast", answers[24][0] / answers[20][0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fit_finds_the_formula_s_exponent_and_contrast() {
        let found = find(1.0);
        assert!(found.get("r_squared") > 0.999, "{found:?}");
        assert!((found.get("exponent") - 2.0).abs() < 0.02, "{found:?}");
        assert!((found.get("half") / found.get("half_by_formula") - 1.0).abs() < 0.02, "{found:?}");
        assert!(found.get("width_spread") < 1e-9, "{found:?}");
        // Nothing saturates that is not divided.
        assert!(find(0.0).get("full_over_half_contrast") > 2.0 * found.get("full_over_half_contrast"));
    }
}
