//! What a node of the graph can be. The enums are closed: a new operator makes the compiler list every table.

use crate::{Axes, Number, Window};

/// A node of a [`crate::Graph`]. Ids of one graph mean nothing in another; using one there gives some other
/// expression or panics.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ExprId(pub(crate) u32);

impl ExprId {
    /// Position in the arena: operands always have a smaller one than the nodes made of them.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A symbol of a [`crate::Graph`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SymbolId(pub(crate) u32);

impl SymbolId {
    /// Position in the graph's list of symbols.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A named input: data, parameter, constant known later, statistic.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Symbol {
    /// Name in text and in [`crate::Env`]; unique in its graph.
    pub name: String,
    /// How LaTeX (and, translated, MathML) shows it.
    pub latex: String,
    /// Axes its value varies over.
    pub axes: Axes,
}

/// Functions of one operand. Roots, reciprocals, negation and squares are [`Node::Pow`] and [`Node::Mul`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Unary {
    /// e to the operand.
    Exp,
    /// Natural logarithm.
    Ln,
    /// Hyperbolic tangent.
    Tanh,
    /// `1 / (1 + exp(-e))`.
    Sigmoid,
    /// The error function, `2/sqrt(pi)` times the integral of `exp(-t^2)` from 0.
    Erf,
    /// Absolute value; its derivative at 0 is 0.
    Abs,
    /// -1, 0 or 1; its derivative is 0.
    Sign,
    /// 1 where the operand is positive, else 0; its derivative is 0.
    Step,
    /// The operand's value with derivative 0.
    StopGradient,
}

/// Functions of two operands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Binary {
    /// The larger; where both are equal the derivative goes to the right operand.
    Max,
    /// The smaller; where both are equal the derivative goes to the right operand.
    Min,
    /// The value of the left operand with the derivative of the right one.
    ReplaceGradient,
}

/// One operation of the graph.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Node {
    /// A constant.
    Const(Number),
    /// A named input.
    Symbol(SymbolId),
    /// At least two terms: flat, sorted, like terms collected, at most one constant, which leads.
    Add(Vec<ExprId>),
    /// At least two factors: flat, sorted, like powers collected, at most one constant, which leads.
    Mul(Vec<ExprId>),
    /// A constant exponent other than 0 and 1.
    Pow(ExprId, Number),
    /// Base and exponent, for exponents that are not constants; the base must not be negative, and not 0 where the
    /// exponent is negative or its own derivative is asked for.
    PowExpr(ExprId, ExprId),
    /// A function of one operand.
    Unary(Unary, ExprId),
    /// A function of two operands.
    Binary(Binary, ExprId, ExprId),
    /// The value of the first with its adjoint under control: what drifts along a direction is taken out of it.
    Controlled {
        /// What is computed, and what the adjoint goes on to.
        value: ExprId,
        /// Along what the adjoint is controlled; nothing flows into it. It varies over no more axes than the value.
        direction: ExprId,
        /// How much of the control is left out, usually near 1.
        rate: ExprId,
        /// What has been found along the direction so far, over fewer axes. Its own gradient is what is to be added to it.
        state: ExprId,
    },
    /// Sum over axes, each of which the operand varies over. Over `n`, masked cases are skipped.
    Sum(Axes, ExprId),
    /// Mean over axes, each of which the operand varies over: the sum divided by the count.
    Mean(Axes, ExprId),
    /// How many elements the axes pool, masked cases excluded.
    Count(Axes),
    /// A weighted sum over neighbours of the first operand. The second says how many there are; it varies over nothing
    /// and no derivative reaches it.
    Window(Window, ExprId, ExprId),
}

impl Node {
    /// The operands, left to right.
    pub fn operands(&self) -> Vec<ExprId> {
        match self {
            Self::Const(_) | Self::Symbol(_) | Self::Count(_) => Vec::new(),
            Self::Add(list) | Self::Mul(list) => list.clone(),
            Self::Pow(e, _) | Self::Unary(_, e) | Self::Sum(_, e) | Self::Mean(_, e) => vec![*e],
            Self::PowExpr(a, b) | Self::Binary(_, a, b) | Self::Window(_, a, b) => vec![*a, *b],
            Self::Controlled { value, direction, rate, state } => vec![*value, *direction, *rate, *state],
        }
    }
}
