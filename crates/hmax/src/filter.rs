//! S1 templates: Gabor functions and second derivatives of a Gaussian, of zero mean and unit norm.

use crate::{
    error::{HmaxError, Result, positive, side},
    tuning::Template,
};

/// Orientations of the four-orientation models, in degrees.
pub const FOUR_ORIENTATIONS: [f64; 4] = [90.0, -45.0, 0.0, 45.0];

/// A Gabor function `exp(-(X² + gamma² Y²)/(2 sigma²)) cos(2 pi X/lambda)` on a disc whose diameter is `size`
/// (`serre2007robust`). `X = i cos(theta) - j sin(theta)` and `Y = i sin(theta) + j cos(theta)`, with the row `i`
/// and the column `j` counted from the middle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gabor {
    /// Side in pixels, odd.
    pub size: usize,
    /// Wavelength in pixels.
    pub lambda: f64,
    /// Width of the envelope in pixels.
    pub sigma: f64,
    /// Ratio of the envelope's axes.
    pub gamma: f64,
}

impl Gabor {
    /// `gamma` of every published model.
    pub const GAMMA: f64 = 0.3;

    /// The `index`-th filter of the growing bank (`serre2007robust`), from 0: sides 7, 9, 11, …, and
    /// `lambda = 2 size/div`, `sigma = 0.8 lambda`, where `div` falls from 4 by 0.05 per filter.
    ///
    /// # Errors
    /// An `index` above 16: the bank has 17 filters, of which the published bands use 16.
    pub fn growing(index: usize) -> Result<Self> {
        if index > 16 {
            return Err(HmaxError::Parameter {
                name: "the index of a filter",
                value: index as f64,
                expected: "0 to 16",
            });
        }
        let size = 7 + 2 * index;
        let lambda = 2.0 * size as f64 / (4.0 - 0.05 * index as f64);
        Ok(Self { size, lambda, sigma: 0.8 * lambda, gamma: Self::GAMMA })
    }

    /// The filter at `degrees`.
    ///
    /// # Errors
    /// An even or zero side, a wavelength, width or ratio not above 0.
    pub fn at(&self, degrees: f64) -> Result<Filter> {
        positive("lambda", self.lambda)?;
        positive("sigma", self.sigma)?;
        positive("gamma", self.gamma)?;
        let radius = self.size as f64 / 2.0;
        Filter::drawn(self.size, degrees, |x, y| {
            if x.hypot(y) > radius {
                return 0.0;
            }
            let envelope = -(x * x + (self.gamma * y).powi(2)) / (2.0 * self.sigma.powi(2));
            envelope.exp() * (std::f64::consts::TAU * x / self.lambda).cos()
        })
    }
}

/// A template over a square of pixels.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    size: usize,
    template: Template,
}

impl Filter {
    /// The second derivative of a round Gaussian across `degrees`, as in `riesenhuber1999hmax`. Its width, a
    /// quarter of the side, is ours.
    ///
    /// # Errors
    /// An even or zero side.
    pub fn second_derivative(size: usize, degrees: f64) -> Result<Self> {
        let sigma = size as f64 / 4.0;
        Self::drawn(size, degrees, |x, y| {
            let (x, y) = (x / sigma, y / sigma);
            (1.0 - x * x) * (-(x * x + y * y) / 2.0).exp()
        })
    }

    fn drawn(size: usize, degrees: f64, value: impl Fn(f64, f64) -> f64) -> Result<Self> {
        side("the side of a filter", size)?;
        if size.is_multiple_of(2) {
            return Err(HmaxError::Parameter {
                name: "the side of a filter",
                value: size as f64,
                expected: "an odd number",
            });
        }
        if !degrees.is_finite() {
            return Err(HmaxError::Parameter {
                name: "the orientation",
                value: degrees,
                expected: "a finite number of degrees",
            });
        }
        let (sin, cos) = degrees.to_radians().sin_cos();
        let middle = (size / 2) as f64;
        let weights = (0..size * size).map(|p| {
            let (i, j) = ((p / size) as f64 - middle, (p % size) as f64 - middle);
            value(i * cos - j * sin, i * sin + j * cos)
        });
        Ok(Self { size, template: Template::from_f64(weights.collect(), true)? })
    }

    /// Side in pixels.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Weights `[size][size]`, of zero mean and unit norm.
    pub fn template(&self) -> &Template {
        &self.template
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Printed in the published table: side, lambda, sigma.
    const PRINTED: [(usize, f64, f64); 16] = [
        (7, 3.50, 2.80),
        (9, 4.56, 3.65),
        (11, 5.64, 4.51),
        (13, 6.75, 5.40),
        (15, 7.89, 6.32),
        (17, 9.07, 7.25),
        (19, 10.27, 8.22),
        (21, 11.51, 9.21),
        (23, 12.78, 10.22),
        (25, 14.08, 11.27),
        (27, 15.43, 12.34),
        (29, 16.81, 13.45),
        (31, 18.24, 14.59),
        (33, 19.70, 15.76),
        (35, 21.21, 16.97),
        (37, 22.77, 18.22),
    ];

    #[test]
    fn the_growing_bank_is_the_published_table() {
        for (i, (size, lambda, sigma)) in PRINTED.into_iter().enumerate() {
            let gabor = Gabor::growing(i).unwrap();
            assert_eq!(gabor.size, size);
            // Half of the last printed digit, and a little for halves that were rounded down.
            assert!((gabor.lambda - lambda).abs() < 0.005_01, "{gabor:?}");
            assert!((gabor.sigma - sigma).abs() < 0.005_01, "{gabor:?}");
        }
        assert_eq!(Gabor::growing(16).unwrap().size, 39);
        assert!(Gabor::growing(17).is_err());
    }

    #[test]
    fn every_filter_has_zero_mean_and_unit_norm() {
        let mut filters = Vec::new();
        for degrees in FOUR_ORIENTATIONS {
            filters.extend((0..16).map(|i| Gabor::growing(i).unwrap().at(degrees).unwrap()));
            filters.extend((7..30).step_by(2).map(|s| Filter::second_derivative(s, degrees).unwrap()));
            let fixed = Gabor { size: 11, lambda: 5.641, sigma: 4.5128, gamma: 0.3 };
            filters.push(fixed.at(degrees).unwrap());
        }
        for filter in filters {
            let w = filter.template().weights();
            assert_eq!(w.len(), filter.size() * filter.size());
            assert!(w.iter().sum::<f64>().abs() < 1e-12);
            assert!((w.iter().map(|w| w * w).sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn orientations_are_turns_of_each_other() {
        let gabor = Gabor::growing(3).unwrap();
        let (a, b) = (gabor.at(0.0).unwrap(), gabor.at(90.0).unwrap());
        let n = gabor.size;
        for i in 0..n {
            for j in 0..n {
                let (a, b) = (a.template().weights()[i * n + j], b.template().weights()[j * n + i]);
                assert!((a - b).abs() < 1e-12);
            }
        }
        // At 0 the wave runs down the rows: along the middle row the sign never changes.
        let row = &a.template().weights()[(n / 2) * n..][..n];
        assert!(row[1..n - 1].iter().all(|&w| w > 0.0), "{row:?}");
    }

    #[test]
    fn even_sides_are_refused() {
        assert!(Filter::second_derivative(8, 0.0).is_err());
        assert!(Filter::second_derivative(0, 0.0).is_err());
        assert!(Gabor { size: 7, lambda: 0.0, sigma: 1.0, gamma: 0.3 }.at(0.0).is_err());
        assert!(Gabor::growing(0).unwrap().at(f64::NAN).is_err());
    }
}
