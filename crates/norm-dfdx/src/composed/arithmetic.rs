//! Single dfdx operations by name, for a tensor of any shape.

use dfdx::prelude::*;

/// An operation on one tensor.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unary {
    Neg,
    Square,
    Sqrt,
    Recip,
    Pow(f64),
    Exp,
    Ln,
    Tanh,
    Sigmoid,
    Abs,
    Plus(f64),
    Times(f64),
    /// The larger of the element and a number.
    AtLeast(f64),
    /// The smaller of the element and a number.
    AtMost(f64),
}

/// An operation on two tensors of one shape that are not the same tensor.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Binary {
    Add,
    Sub,
    Mul,
    Div,
    Max,
    Min,
}

/// `v` as an element.
pub(crate) fn lit<E: Dtype>(v: f64) -> E {
    E::from_f64(v).unwrap_or_default()
}

pub(crate) fn unary<S: Shape, E: Dtype, D: Device<E>, T: Tape<E, D>>(
    t: Tensor<S, E, D, T>,
    op: Unary,
) -> Result<Tensor<S, E, D, T>, D::Err> {
    match op {
        Unary::Neg => t.try_negate(),
        Unary::Square => t.try_square(),
        Unary::Sqrt => t.try_sqrt(),
        Unary::Recip => t.try_recip(),
        // The integer power takes negative bases; dfdx's other one goes through the logarithm.
        Unary::Pow(v) if v.fract() == 0.0 && v.abs() <= f64::from(i32::MAX) => t.try_powi(v as i32),
        Unary::Pow(v) => t.try_powf(v),
        Unary::Exp => t.try_exp(),
        Unary::Ln => t.try_ln(),
        Unary::Tanh => t.try_tanh(),
        Unary::Sigmoid => t.try_sigmoid(),
        Unary::Abs => t.try_abs(),
        Unary::Plus(v) => t.try_add(lit::<E>(v)),
        Unary::Times(v) => t.try_mul(lit::<E>(v)),
        Unary::AtLeast(0.0) => t.try_relu(),
        Unary::AtLeast(v) => t.try_clamp(v, f64::INFINITY),
        Unary::AtMost(v) => t.try_clamp(f64::NEG_INFINITY, v),
    }
}

pub(crate) fn binary<S: Shape, E: Dtype, D: Device<E>, T: Tape<E, D>>(
    a: Tensor<S, E, D, T>,
    b: Tensor<S, E, D>,
    op: Binary,
) -> Result<Tensor<S, E, D, T>, D::Err> {
    match op {
        Binary::Add => a.try_add(b),
        Binary::Sub => a.try_sub(b),
        Binary::Mul => a.try_mul(b),
        Binary::Div => a.try_div(b),
        Binary::Max => a.try_maximum(b),
        Binary::Min => a.try_minimum(b),
    }
}

/// The same values as a tensor that no gradient flows through.
pub(crate) fn stopped<S: Shape, E: Dtype, D: Device<E>>(
    t: Tensor<S, E, D>,
) -> Result<Tensor<S, E, D>, D::Err> {
    // Off the tape, so it is a new tensor to dfdx; times one keeps every bit.
    t.try_mul(lit::<E>(1.0))
}

/// 1 where positive, else `below` where negative, else 0. No gradient.
pub(crate) fn sign<S: Shape, E: Dtype, D: Device<E>>(
    t: &Tensor<S, E, D>,
    below: f64,
) -> Result<Tensor<S, E, D>, D::Err> {
    let dev = t.device();
    let zeros = dev.try_zeros_like(t.shape())?;
    let full = |v: f64| dev.try_ones_like(t.shape())?.try_mul(lit::<E>(v));
    let negative = t.try_lt(lit::<E>(0.0))?.try_choose(full(below)?, zeros)?;
    t.try_gt(lit::<E>(0.0))?.try_choose(full(1.0)?, negative)
}
