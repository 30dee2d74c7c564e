//! The operators on numbers: one table for constant folding and the interpreter, so that folding changes no bit.

use crate::{Binary, Unary};

/// `base ^ exponent`, exact forms first: a square is a product, a half power a square root.
pub(crate) fn power(base: f64, exponent: f64) -> f64 {
    if exponent < 0.0 {
        return power(base, -exponent).recip();
    }
    if exponent == 0.0 {
        return 1.0;
    }
    if exponent == 0.5 {
        base.sqrt()
    } else if exponent.fract() == 0.0 && exponent <= 64.0 {
        (1..exponent as u32).fold(base, |product, _| product * base)
    } else if exponent == 1.5 {
        base * base.sqrt()
    } else {
        base.powf(exponent)
    }
}

/// A function of one number.
pub(crate) fn unary(op: Unary, x: f64) -> f64 {
    match op {
        Unary::Exp => x.exp(),
        Unary::Ln => x.ln(),
        Unary::Tanh => x.tanh(),
        Unary::Sigmoid => sigmoid(x),
        Unary::Abs => x.abs(),
        Unary::Sign | Unary::Step if x.is_nan() => x,
        Unary::Sign => f64::from(i8::from(x > 0.0) - i8::from(x < 0.0)),
        Unary::Step => f64::from(u8::from(x > 0.0)),
        Unary::StopGradient => x,
    }
}

/// A function of two numbers. NaN on either side of a maximum or minimum stays NaN.
pub(crate) fn binary(op: Binary, a: f64, b: f64) -> f64 {
    match op {
        Binary::Max | Binary::Min if a.is_nan() || b.is_nan() => f64::NAN,
        Binary::Max => a.max(b),
        Binary::Min => a.min(b),
        Binary::ReplaceGradient => a,
    }
}

/// The logistic function without overflow on either side.
fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        (1.0 + (-x).exp()).recip()
    } else {
        let e = x.exp();
        e / (1.0 + e)
    }
}
