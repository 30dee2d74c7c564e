//! Plays a graph in dfdx operations.

use dfdx::prelude::*;
use norm_core::math::{ERF_FAR, ERF_NEAR};
use norm_core::{Descriptor, Layout, Op, ParamAxis, Skeleton};

use super::arithmetic::{Binary, Unary, binary, sign, stopped, unary};
use super::graph::Graph;
use super::grid::{Grid, Spread};
use super::several;
use crate::error::Error;
use crate::fused::Flat;

/// The value of a node, off the tape. The tape is in one place, the player.
pub(super) enum Value<G: Grid, E: Dtype, D: Device<E>> {
    Number(f64),
    Set(Tensor<G::Set, E, D>),
    Param(Flat<E, D>, ParamAxis),
    Element(Tensor<G::Element, E, D>),
}

impl<G: Grid, E: Dtype, D: Device<E>> Clone for Value<G, E, D> {
    fn clone(&self) -> Self {
        match self {
            Self::Number(v) => Self::Number(*v),
            Self::Set(t) => Self::Set(t.clone()),
            Self::Param(t, axis) => Self::Param(t.clone(), *axis),
            Self::Element(t) => Self::Element(t.clone()),
        }
    }
}

/// What a call hands to the player.
pub(crate) struct Inputs<'a, G: Grid, E: Dtype, D: Device<E>> {
    pub(crate) descriptor: &'static Descriptor,
    pub(crate) layout: Layout,
    pub(crate) device: D,
    /// The input, until it is asked for.
    pub(crate) x: Option<Tensor<G::Element, E, D>>,
    pub(crate) params: &'a [Flat<E, D>],
    pub(crate) consts: &'a [f64],
    /// Given statistics; none where the graph finds them.
    pub(crate) given: Vec<Tensor<G::Set, E, D>>,
}

/// What comes back: the result with the tape, and the statistics where they were asked for.
pub(crate) type Played<G, E, D, T> =
    (Tensor<<G as Grid>::Element, E, D, T>, Vec<Tensor<<G as Grid>::Set, E, D>>);

pub(super) struct Player<'a, G: Grid, E: Dtype, D: Device<E>, T> {
    pub(super) inputs: Inputs<'a, G, E, D>,
    values: Vec<Option<Value<G, E, D>>>,
    /// How often each value is still needed. A value is handed out for good the last time, so that dfdx can
    /// work in its buffer.
    left: Vec<usize>,
    pub(super) tape: T,
}

/// Plays `graph` on `tape`.
pub(crate) fn play<G: Grid, E: Dtype, D: Device<E>, T: Tape<E, D>>(
    graph: &Graph,
    inputs: Inputs<'_, G, E, D>,
    tape: T,
    keep_statistics: bool,
) -> Result<Played<G, E, D, T>, Error<D::Err>> {
    let left = graph.uses(keep_statistics);
    let method = inputs.descriptor.id;
    let mut p = Player { inputs, values: Vec::with_capacity(left.len()), left, tape };
    for (i, &op) in graph.nodes.iter().enumerate() {
        let value = if p.left[i] == 0 {
            None
        } else {
            match p.node(op, &graph.nodes).map_err(|source| Error::Device { source })? {
                None => return Err(Error::Operation { method, op }),
                some => some,
            }
        };
        p.values.push(value);
    }
    let mut statistics = Vec::new();
    if keep_statistics {
        for &node in &graph.statistics {
            let value = p.take(node);
            statistics.push(p.set(value).map_err(|source| Error::Device { source })?);
        }
    }
    let y = p.take(graph.y);
    let y = p.element(y).map_err(|source| Error::Device { source })?;
    Ok((y.put_tape(p.tape), statistics))
}

impl<G: Grid, E: Dtype, D: Device<E>, T: Tape<E, D>> Player<'_, G, E, D, T> {
    fn take(&mut self, node: usize) -> Value<G, E, D> {
        self.left[node] = self.left[node].saturating_sub(1);
        let value = if self.left[node] == 0 { self.values[node].take() } else { self.values[node].clone() };
        value.unwrap_or(Value::Number(f64::NAN))
    }

    /// Runs `f` with the tape.
    pub(super) fn taped<A: Shape, B: Shape>(
        &mut self,
        t: Tensor<A, E, D>,
        f: impl FnOnce(Tensor<A, E, D, T>) -> Result<Tensor<B, E, D, T>, D::Err>,
    ) -> Result<Tensor<B, E, D>, D::Err> {
        let (t, tape) = f(t.put_tape(std::mem::take(&mut self.tape)))?.split_tape();
        self.tape = tape;
        Ok(t)
    }

    fn node(&mut self, op: Op, nodes: &[Op]) -> Result<Option<Value<G, E, D>>, D::Err> {
        let mut args = op.operands().map(|a| self.take(a)).collect::<Vec<_>>().into_iter();
        if let (Op::Controlled(control, ..), [value, direction, rate]) = (op, args.as_slice()) {
            return self.controlled(control, value.clone(), direction.clone(), rate);
        }
        if let (Op::Window(window, ..), [of, Value::Number(size)]) = (op, args.as_slice()) {
            let of = self.element(of.clone())?;
            let l = self.inputs.layout;
            let windowed = self.taped(of, |t| several::windowed(t, &l, window, *size as usize))?;
            return Ok(Some(Value::Element(windowed)));
        }
        let Some(a) = args.next() else { return self.leaf(op) };
        if let Op::Mean(of) | Op::MeanOver(of, _) = op
            && nodes[of] == Op::X
        {
            return self.mean_of_input(op, a).map(Some);
        }
        if let Some(b) = args.next() {
            let same = matches!(op, Op::Add(a, b) | Op::Sub(a, b) | Op::Div(a, b) | Op::Max(a, b) | Op::Min(a, b) if a == b);
            return if same { self.itself(op, a) } else { self.two(op, a, b) };
        }
        self.one(op, a)
    }

    fn leaf(&mut self, op: Op) -> Result<Option<Value<G, E, D>>, D::Err> {
        let d = self.inputs.descriptor;
        let channelwise = d.reference_set.skeleton() == Skeleton::Channelwise;
        let l = self.inputs.layout;
        Ok(Some(match op {
            Op::X => match self.inputs.x.take() {
                Some(x) => Value::Element(x),
                None => return Ok(None),
            },
            Op::Param(i) => {
                let axis = d.params.get(i).map_or(ParamAxis::Channel, |p| p.axis);
                let t = self.inputs.params[i].clone();
                if channelwise && axis == ParamAxis::Channel {
                    Value::Set(t.try_reshape_like(&G::set(&l))?)
                } else {
                    Value::Param(t, axis)
                }
            }
            Op::Const(i) => Value::Number(self.inputs.consts[i]),
            Op::Literal(v) => Value::Number(v),
            Op::Count => Value::Number(if channelwise { l.n * l.s } else { l.k * l.s } as f64),
            Op::Statistic(i) => match self.inputs.given.get(i) {
                Some(t) => Value::Set(t.clone()),
                None => return Ok(None),
            },
            _ => return Ok(None),
        }))
    }

    fn one(&mut self, op: Op, a: Value<G, E, D>) -> Result<Option<Value<G, E, D>>, D::Err> {
        Ok(Some(match op {
            Op::Mean(_) | Op::Sum(_) => {
                let t = self.element(a)?;
                Value::Set(match op {
                    Op::Mean(_) => self.taped(t, MeanTo::try_mean::<G::Set, G::Ax>)?,
                    _ => self.taped(t, SumTo::try_sum::<G::Set, G::Ax>)?,
                })
            }
            Op::MeanOver(_, set) | Op::SumOver(_, set) => {
                let t = self.element(a)?;
                let (l, mean) = (self.inputs.layout, matches!(op, Op::MeanOver(..)));
                Value::Element(self.taped(t, |t| several::pooled(t, &l, set, mean))?)
            }
            Op::StopGradient(_) => Self::stop(a)?,
            Op::Sign(_) => Self::signs(a, -1.0)?,
            Op::Step(_) => Self::signs(a, 0.0)?,
            Op::Neg(_) => self.map(a, Unary::Neg)?,
            Op::Square(_) => self.map(a, Unary::Square)?,
            Op::Sqrt(_) => self.map(a, Unary::Sqrt)?,
            Op::Pow(_, v) => self.map(a, Unary::Pow(v))?,
            Op::Exp(_) => self.map(a, Unary::Exp)?,
            Op::Ln(_) => self.map(a, Unary::Ln)?,
            Op::Tanh(_) => self.map(a, Unary::Tanh)?,
            Op::Sigmoid(_) => self.map(a, Unary::Sigmoid)?,
            Op::Erf(_) => self.erf(a)?,
            Op::Abs(_) => self.map(a, Unary::Abs)?,
            _ => return Ok(None),
        }))
    }

    fn two(
        &mut self,
        op: Op,
        a: Value<G, E, D>,
        b: Value<G, E, D>,
    ) -> Result<Option<Value<G, E, D>>, D::Err> {
        let by = match op {
            Op::Add(..) => Binary::Add,
            Op::Sub(..) => Binary::Sub,
            Op::Mul(..) => Binary::Mul,
            Op::Div(..) => Binary::Div,
            Op::Max(..) => Binary::Max,
            Op::Min(..) => Binary::Min,
            Op::PowExpr(..) => {
                if let Value::Number(exponent) = b {
                    return Ok(Some(self.map(a, Unary::Pow(exponent))?));
                }
                let ln = self.map(a, Unary::Ln)?;
                let exponent = self.combine(Binary::Mul, b, ln)?;
                return Ok(Some(self.map(exponent, Unary::Exp)?));
            }
            Op::ReplaceGradient(..) => {
                // The difference of b and itself is 0 with the gradient of b; finite values only.
                let (value, still) = (Self::stop(a)?, Self::stop(b.clone())?);
                let zero = self.combine(Binary::Sub, b, still)?;
                return Ok(Some(self.combine(Binary::Add, zero, value)?));
            }
            _ => return Ok(None),
        };
        Ok(Some(self.combine(by, a, b)?))
    }

    /// An operation on a value and itself, which dfdx does not take.
    fn itself(&mut self, op: Op, a: Value<G, E, D>) -> Result<Option<Value<G, E, D>>, D::Err> {
        Ok(Some(match op {
            Op::Add(..) => self.map(a, Unary::Times(2.0))?,
            Op::Sub(..) => self.map(a, Unary::Times(0.0))?,
            Op::Div(..) => {
                let zero = self.map(a, Unary::Times(0.0))?;
                self.map(zero, Unary::Plus(1.0))?
            }
            _ => a,
        }))
    }

    fn map(&mut self, a: Value<G, E, D>, op: Unary) -> Result<Value<G, E, D>, D::Err> {
        Ok(match a {
            Value::Number(v) => Value::Number(on_numbers(v, op)),
            Value::Set(t) => Value::Set(self.taped(t, |t| unary(t, op))?),
            Value::Param(t, axis) => Value::Param(self.taped(t, |t| unary(t, op))?, axis),
            Value::Element(t) => Value::Element(self.taped(t, |t| unary(t, op))?),
        })
    }

    fn horner(&mut self, x: &Value<G, E, D>, coefficients: &[f64]) -> Result<Value<G, E, D>, D::Err> {
        let mut p = Value::Number(0.0);
        for c in coefficients {
            p = self.combine(Binary::Mul, p, x.clone())?;
            p = self.map(p, Unary::Plus(*c))?;
        }
        Ok(p)
    }

    /// The error function, which dfdx does not have, from the polynomials of the kernels; the tape goes through them. Each
    /// branch is kept to where it holds, so that the one that is not taken stays finite.
    fn erf(&mut self, a: Value<G, E, D>) -> Result<Value<G, E, D>, D::Err> {
        let size = self.map(a.clone(), Unary::Abs)?;
        let left = self.map(size.clone(), Unary::Neg)?;
        let left = self.map(left, Unary::Plus(1.0))?;
        let is_near = Self::signs(left, 0.0)?;
        let is_far = self.map(is_near.clone(), Unary::Neg)?;
        let is_far = self.map(is_far, Unary::Plus(1.0))?;

        let near = self.map(size.clone(), Unary::AtMost(1.0))?;
        let near = self.map(near, Unary::Square)?;
        let near = self.horner(&near, &ERF_NEAR)?;
        let near = self.combine(Binary::Mul, near, a.clone())?;
        let near = self.combine(Binary::Mul, near, is_near)?;

        let size = self.map(size, Unary::AtLeast(1.0))?;
        let size = self.map(size, Unary::AtMost(6.0))?;
        let (below, above) =
            (self.map(size.clone(), Unary::Plus(-2.0))?, self.map(size.clone(), Unary::Plus(2.0))?);
        let place = self.combine(Binary::Div, below, above)?;
        let missing = self.horner(&place, &ERF_FAR)?;
        let bell = self.map(size, Unary::Square)?;
        let bell = self.map(bell, Unary::Neg)?;
        let bell = self.map(bell, Unary::Exp)?;
        let far = self.combine(Binary::Mul, missing, bell)?;
        let far = self.map(far, Unary::Neg)?;
        let far = self.map(far, Unary::Plus(1.0))?;
        let sign = Self::signs(a, -1.0)?;
        let sign = self.combine(Binary::Mul, sign, is_far)?;
        let far = self.combine(Binary::Mul, far, sign)?;
        self.combine(Binary::Add, near, far)
    }

    fn stop(a: Value<G, E, D>) -> Result<Value<G, E, D>, D::Err> {
        Ok(match a {
            Value::Number(v) => Value::Number(v),
            Value::Set(t) => Value::Set(stopped(t)?),
            Value::Param(t, axis) => Value::Param(stopped(t)?, axis),
            Value::Element(t) => Value::Element(stopped(t)?),
        })
    }

    fn signs(a: Value<G, E, D>, below: f64) -> Result<Value<G, E, D>, D::Err> {
        Ok(match a {
            Value::Number(v) if v > 0.0 => Value::Number(1.0),
            Value::Number(v) => Value::Number(if v < 0.0 { below } else { 0.0 }),
            Value::Set(t) => Value::Set(sign(&t, below)?),
            Value::Param(t, axis) => Value::Param(sign(&t, below)?, axis),
            Value::Element(t) => Value::Element(sign(&t, below)?),
        })
    }

    fn combine(
        &mut self,
        op: Binary,
        a: Value<G, E, D>,
        b: Value<G, E, D>,
    ) -> Result<Value<G, E, D>, D::Err> {
        Ok(match (a, b) {
            (Value::Number(a), Value::Number(b)) => Value::Number(both_numbers(a, b, op)),
            (a, Value::Number(v)) => self.map(
                a,
                match op {
                    Binary::Add => Unary::Plus(v),
                    Binary::Sub => Unary::Plus(-v),
                    Binary::Mul => Unary::Times(v),
                    Binary::Div => Unary::Times(1.0 / v),
                    Binary::Max => Unary::AtLeast(v),
                    Binary::Min => Unary::AtMost(v),
                },
            )?,
            (Value::Number(v), b) => match op {
                Binary::Add | Binary::Mul | Binary::Max | Binary::Min => {
                    return self.combine(op, b, Value::Number(v));
                }
                Binary::Sub => {
                    let negative = self.map(b, Unary::Neg)?;
                    self.map(negative, Unary::Plus(v))?
                }
                Binary::Div => {
                    let recip = self.map(b, Unary::Recip)?;
                    if v == 1.0 { recip } else { self.map(recip, Unary::Times(v))? }
                }
            },
            (Value::Set(a), Value::Set(b)) => Value::Set(self.taped(a, |a| binary(a, b, op))?),
            (Value::Param(a, at), Value::Param(b, bt)) if at == bt => {
                Value::Param(self.taped(a, |a| binary(a, b, op))?, at)
            }
            (a, b) => {
                let (a, b) = (self.element(a)?, self.element(b)?);
                Value::Element(self.taped(a, |a| binary(a, b, op))?)
            }
        })
    }

    /// The value, one per element. Nothing but a number is copied.
    pub(super) fn element(&mut self, a: Value<G, E, D>) -> Result<Tensor<G::Element, E, D>, D::Err> {
        let shape = G::element(&self.inputs.layout);
        match a {
            Value::Number(v) => unary(self.inputs.device.try_ones_like(&shape)?, Unary::Times(v)),
            Value::Set(t) => t.try_broadcast_like::<_, G::Ax>(&shape),
            Value::Param(t, axis) => self.taped(t, |t| shape.spread(t, axis)),
            Value::Element(t) => Ok(t),
        }
    }

    /// The value of a statistic, one per reference set.
    fn set(&mut self, a: Value<G, E, D>) -> Result<Tensor<G::Set, E, D>, D::Err> {
        match a {
            Value::Set(t) => Ok(t),
            Value::Number(v) => {
                unary(self.inputs.device.try_ones_like(&G::set(&self.inputs.layout))?, Unary::Times(v))
            }
            other => {
                let t = self.element(other)?;
                t.try_mean::<G::Set, G::Ax>()
            }
        }
    }
}

fn on_numbers(v: f64, op: Unary) -> f64 {
    match op {
        Unary::Neg => -v,
        Unary::Square => v * v,
        Unary::Sqrt => v.sqrt(),
        Unary::Recip => 1.0 / v,
        Unary::Pow(p) => v.powf(p),
        Unary::Exp => v.exp(),
        Unary::Ln => v.ln(),
        Unary::Tanh => v.tanh(),
        Unary::Sigmoid => 1.0 / (1.0 + (-v).exp()),
        Unary::Abs => v.abs(),
        Unary::Plus(w) => v + w,
        Unary::Times(w) => v * w,
        Unary::AtLeast(w) => v.max(w),
        Unary::AtMost(w) => v.min(w),
    }
}

fn both_numbers(a: f64, b: f64, op: Binary) -> f64 {
    match op {
        Binary::Add => a + b,
        Binary::Sub => a - b,
        Binary::Mul => a * b,
        Binary::Div => a / b,
        Binary::Max => a.max(b),
        Binary::Min => a.min(b),
    }
}
