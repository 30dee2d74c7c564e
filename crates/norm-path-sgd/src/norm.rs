//! The path norm.

use crate::scaled::{Scaled, times_power_of_two};

/// `φ₂ = sqrt(Σ over paths Π w²)` of a net, with its power of two apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PathNorm {
    squared: f64,
    exponent: i64,
}

impl PathNorm {
    /// From what arrives at the outputs.
    pub(crate) fn of(outputs: &Scaled) -> Self {
        Self { squared: outputs.values.iter().sum(), exponent: outputs.exponent }
    }

    /// `φ₂²`, the sum of the outputs for an all-ones input and squared weights; infinite or 0 where it leaves the range.
    pub fn squared(&self) -> f64 {
        times_power_of_two(self.squared, self.exponent)
    }

    /// `φ₂`; infinite or 0 where it leaves the range.
    pub fn value(&self) -> f64 {
        // Halving the exponent takes an even one.
        let odd = self.exponent.rem_euclid(2);
        times_power_of_two((self.squared * (1 + odd) as f64).sqrt(), (self.exponent - odd) / 2)
    }

    /// `ln φ₂`, which stays in range; minus infinity for a net without live paths.
    pub fn ln(&self) -> f64 {
        0.5 * (self.squared.ln() + self.exponent as f64 * std::f64::consts::LN_2)
    }
}
