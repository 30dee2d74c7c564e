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
        Unary::Erf => erf(x),
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

/// The error function. Up to 3 by the series `exp(-x^2) 2/sqrt(pi) sum 2^n x^(2n+1) / (2n+1)!!`, whose terms all have one
/// sign; beyond, where 1 is less than 3e-5 away, by the continued fraction of what is missing.
fn erf(x: f64) -> f64 {
    let (size, square) = (x.abs(), x * x);
    if size < 3.0 {
        let (mut term, mut sum, mut odd) = (x, x, 1.0);
        while term.abs() > 1e-18 * sum.abs() {
            odd += 2.0;
            term *= 2.0 * square / odd;
            sum += term;
        }
        return std::f64::consts::FRAC_2_SQRT_PI * (-square).exp() * sum;
    }
    if size > 6.0 {
        return x.signum();
    }
    let fraction = (1..=60).rev().fold(size, |below, k| size + f64::from(k) / 2.0 / below);
    let missing = (-square).exp() / fraction * std::f64::consts::FRAC_2_SQRT_PI / 2.0;
    (1.0 - missing).copysign(x)
}
