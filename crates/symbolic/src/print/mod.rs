//! Printers. They share one reading of an expression ([`Shape`]): what is subtracted, what stands below a fraction
//! bar, in which order a person would write it.

use crate::{ExprId, Graph, Node};

mod latex;
mod mathml;
mod mathml_symbol;
mod number;
mod text;

/// How tightly the outermost operator binds; a looser operand needs parentheses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Sum,
    Product,
    Power,
    Atom,
}

/// A product as numerator over denominator.
struct Fraction {
    /// The constant is negative; the sign stands before the whole.
    negative: bool,
    /// The constant's magnitude, where it is not 1.
    constant: Option<f64>,
    above: Vec<Factor>,
    below: Vec<Factor>,
}

/// A factor with its exponent made positive.
#[derive(Clone, Copy)]
struct Factor {
    base: ExprId,
    exponent: f64,
}

impl Fraction {
    /// What stands alone above and below a fraction bar, which holds it together as brackets would. Other than the
    /// factors there may be numbers on either side.
    fn bare(&self, number_above: bool, number_below: bool) -> (Option<ExprId>, Option<ExprId>) {
        let alone = |list: &[Factor], number: bool| match list {
            [Factor { base, exponent: 1.0 }] if !number => Some(*base),
            _ => None,
        };
        let barred = number_below || !self.below.is_empty();
        (alone(&self.above, number_above).filter(|_| barred), alone(&self.below, number_below))
    }
}

impl Graph {
    /// The terms in the order a person would write them: what varies most first, the subtracted after the added and
    /// the short before the long among them, a constant last, unless all else is subtracted from it. True marks a
    /// subtracted term.
    fn written_terms(&self, terms: &[ExprId]) -> Vec<(bool, ExprId)> {
        let mut list: Vec<(bool, ExprId)> = terms.iter().map(|&t| (self.is_negative(t), t)).collect();
        let key = |&(negative, t): &(bool, ExprId)| {
            let axes = self.axes(t);
            let factors = if negative { self.factors(t).len() } else { 0 };
            (self.as_number(t).is_some(), negative, factors, std::cmp::Reverse(axes.len()), axes)
        };
        // Terms come in structural order; a stable sort keeps it where the key is equal.
        list.sort_by_key(key);
        if let [(true, _), .., (false, _)] = list.as_slice() {
            list.rotate_right(1);
        }
        list
    }

    /// Whether an expression starts with a minus sign.
    fn is_negative(&self, e: ExprId) -> bool {
        match self.node(e) {
            Node::Const(value) => value.get() < 0.0,
            Node::Mul(factors) => self.as_number(factors[0]).is_some_and(|c| c < 0.0),
            _ => false,
        }
    }

    /// Reads a product or a power as a fraction.
    fn fraction(&self, e: ExprId) -> Fraction {
        let mut fraction = Fraction { negative: false, constant: None, above: Vec::new(), below: Vec::new() };
        for factor in self.factors(e) {
            match self.node(factor) {
                Node::Const(value) => {
                    let value = value.get();
                    fraction.negative = value < 0.0;
                    fraction.constant = Some(value.abs()).filter(|&c| c != 1.0);
                }
                Node::Pow(base, exponent) if exponent.get() < 0.0 => {
                    fraction.below.push(Factor { base: *base, exponent: -exponent.get() });
                }
                Node::Pow(base, exponent) => {
                    fraction.above.push(Factor { base: *base, exponent: exponent.get() });
                }
                _ => fraction.above.push(Factor { base: factor, exponent: 1.0 }),
            }
        }
        fraction.above.sort_by_key(|f| self.writing_order(f.base));
        fraction.below.sort_by_key(|f| self.writing_order(f.base));
        fraction
    }

    /// Short factors before long ones; a sum, whose sign reaches to the right, at the end.
    fn writing_order(&self, base: ExprId) -> u8 {
        match self.node(base) {
            Node::Const(_) => 0,
            Node::Count(_) => 1,
            Node::Symbol(_) => 2,
            Node::Unary(..)
            | Node::Binary(..)
            | Node::Controlled { .. }
            | Node::Pow(..)
            | Node::PowExpr(..)
            | Node::Mul(_)
            | Node::Window(..) => 3,
            Node::Add(_) => 4,
            Node::Mean(..) => 5,
            Node::Sum(..) => 6,
        }
    }
}
