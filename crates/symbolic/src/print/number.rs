//! How constants are written.

/// A magnitude as numerator and denominator, for halves, quarters and those that are a short fraction but not a short
/// decimal: 1/2, and 1/3 rather than 0.3333333333333333. Only where it reads back as the same float, whether divided or
/// multiplied by a reciprocal.
pub(super) fn as_fraction(magnitude: f64) -> Option<(u32, u32)> {
    let quarters = magnitude * 4.0;
    if magnitude < 10.0 && quarters.fract() == 0.0 && magnitude.fract() != 0.0 {
        let quarters = quarters as u32;
        return Some(if quarters.is_multiple_of(2) { (quarters / 2, 2) } else { (quarters, 4) });
    }
    if decimal(magnitude).len() <= 8 {
        return None;
    }
    (2..=1000_u32).find_map(|below| {
        let above = (magnitude * f64::from(below)).round();
        let (divided, multiplied) = (above / f64::from(below), above * f64::from(below).recip());
        let same = divided == magnitude && multiplied == magnitude;
        (same && (1.0..=1000.0).contains(&above)).then_some((above as u32, below))
    })
}

/// The shortest decimal that reads back as the same float, with an exponent where zeros would pile up.
pub(super) fn decimal(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude != 0.0 && magnitude.is_finite() && !(1e-4..1e7).contains(&magnitude) {
        format!("{value:e}")
    } else {
        format!("{value}")
    }
}

/// Mantissa and exponent of ten of a decimal, if it is written with one.
pub(super) fn scientific(decimal: &str) -> Option<(&str, &str)> {
    decimal.split_once('e')
}

/// Whether a constant is written with a power of ten.
pub(super) fn is_scientific(value: f64) -> bool {
    scientific(&decimal(value)).is_some()
}
