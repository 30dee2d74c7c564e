//! Mean and spread of finite numbers, in units of a power of two.
//!
//! In these units the largest number lies between 1 and 2, so that no sum and no square leaves the range of a double,
//! and multiplying all numbers by a power of two changes the unit and no other bit.

/// Mean and standard deviation, in units of `unit`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scaled {
    pub(crate) n: usize,
    pub(crate) unit: f64,
    pub(crate) mean: f64,
    /// Over n − 1; 0 of one number.
    pub(crate) sd: f64,
}

impl Scaled {
    /// Of at least one number, all finite.
    pub(crate) fn of(values: &[f64]) -> Self {
        let n = values.len();
        let largest = values.iter().fold(0.0_f64, |m, v| m.max(v.abs()));
        // The exponent of the largest number alone, without its digits.
        let power = f64::from_bits(largest.to_bits() & f64::INFINITY.to_bits());
        let unit = if largest == 0.0 { 1.0 } else { power.max(f64::MIN_POSITIVE) };
        let mean = values.iter().map(|v| v / unit).sum::<f64>() / n as f64;
        let squares: f64 = values.iter().map(|v| (v / unit - mean).powi(2)).sum();
        let sd = if n < 2 { 0.0 } else { (squares / (n - 1) as f64).sqrt() };
        Self { n, unit, mean, sd }
    }
}
