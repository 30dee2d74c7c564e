//! Constructors: what the public API offers, reduced to the canonical forms of `rules`.

use crate::{Axes, Binary, ExprId, Graph, Node, Number, Unary};

impl Graph {
    /// A constant.
    pub fn num(&mut self, value: f64) -> ExprId {
        self.intern(Node::Const(Number::new(value)))
    }

    /// `a + b`.
    pub fn add(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.add_all(&[a, b])
    }

    /// `a - b`.
    pub fn sub(&mut self, a: ExprId, b: ExprId) -> ExprId {
        let negative = self.neg(b);
        self.add_all(&[a, negative])
    }

    /// `a * b`.
    pub fn mul(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.mul_all(&[a, b])
    }

    /// `a / b`.
    pub fn div(&mut self, a: ExprId, b: ExprId) -> ExprId {
        let inverse = self.recip(b);
        self.mul_all(&[a, inverse])
    }

    /// `-e`.
    pub fn neg(&mut self, e: ExprId) -> ExprId {
        self.scale(-1.0, e)
    }

    /// `factor * e`.
    pub fn scale(&mut self, factor: f64, e: ExprId) -> ExprId {
        let factor = self.num(factor);
        self.mul_all(&[factor, e])
    }

    /// `e ^ 2`.
    pub fn square(&mut self, e: ExprId) -> ExprId {
        self.pow(e, 2.0)
    }

    /// The square root, `e ^ 0.5`.
    pub fn sqrt(&mut self, e: ExprId) -> ExprId {
        self.pow(e, 0.5)
    }

    /// The reciprocal of the square root, `e ^ -0.5`.
    pub fn rsqrt(&mut self, e: ExprId) -> ExprId {
        self.pow(e, -0.5)
    }

    /// `1 / e`.
    pub fn recip(&mut self, e: ExprId) -> ExprId {
        self.pow(e, -1.0)
    }

    /// The exponential function.
    pub fn exp(&mut self, e: ExprId) -> ExprId {
        self.unary(Unary::Exp, e)
    }

    /// The natural logarithm.
    pub fn ln(&mut self, e: ExprId) -> ExprId {
        self.unary(Unary::Ln, e)
    }

    /// The hyperbolic tangent.
    pub fn tanh(&mut self, e: ExprId) -> ExprId {
        self.unary(Unary::Tanh, e)
    }

    /// `1 / (1 + exp(-e))`.
    pub fn sigmoid(&mut self, e: ExprId) -> ExprId {
        self.unary(Unary::Sigmoid, e)
    }

    /// The error function.
    pub fn erf(&mut self, e: ExprId) -> ExprId {
        self.unary(Unary::Erf, e)
    }

    /// The absolute value.
    pub fn abs(&mut self, e: ExprId) -> ExprId {
        self.unary(Unary::Abs, e)
    }

    /// -1, 0 or 1.
    pub fn sign(&mut self, e: ExprId) -> ExprId {
        self.unary(Unary::Sign, e)
    }

    /// 1 where `e` is positive, else 0.
    pub fn step(&mut self, e: ExprId) -> ExprId {
        self.unary(Unary::Step, e)
    }

    /// The value of `e` with derivative 0.
    pub fn stop_gradient(&mut self, e: ExprId) -> ExprId {
        self.unary(Unary::StopGradient, e)
    }

    /// The larger of two; where equal, the derivative goes to `b`.
    pub fn max(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.binary(Binary::Max, a, b)
    }

    /// The smaller of two; where equal, the derivative goes to `b`.
    pub fn min(&mut self, a: ExprId, b: ExprId) -> ExprId {
        self.binary(Binary::Min, a, b)
    }

    /// The value of `value` with the derivative of `surrogate`.
    pub fn replace_gradient(&mut self, value: ExprId, surrogate: ExprId) -> ExprId {
        self.binary(Binary::ReplaceGradient, value, surrogate)
    }

    /// The value of `value`. Its adjoint `g` goes on to it as `q = g - (1 - rate) * state * direction`, nothing goes to
    /// `direction` and `rate`, and `state` gets the mean of `q * direction` over what it does not vary over: not a gradient,
    /// but what is to be added to it.
    pub fn controlled(&mut self, value: ExprId, direction: ExprId, rate: ExprId, state: ExprId) -> ExprId {
        self.intern(Node::Controlled { value, direction, rate, state })
    }

    /// How many elements the axes pool, masked cases excluded; 1 for no axes.
    pub fn count(&mut self, axes: Axes) -> ExprId {
        if axes.is_empty() { self.num(1.0) } else { self.intern(Node::Count(axes)) }
    }
}
