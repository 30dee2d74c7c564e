//! Canonical powers.

use crate::{ExprId, Graph, Node, Number};

use crate::scalar;

impl Graph {
    /// `base ^ exponent` for a constant exponent.
    pub fn pow(&mut self, base: ExprId, exponent: f64) -> ExprId {
        let exponent = Number::new(exponent);
        if exponent.get() == 0.0 {
            return self.num(1.0);
        }
        if exponent.get() == 1.0 {
            return base;
        }
        match self.node(base).clone() {
            Node::Const(value) => {
                let folded = scalar::power(value.get(), exponent.get());
                // What has no finite value stays visible instead of becoming a constant infinity or NaN.
                if folded.is_finite() {
                    return self.num(folded);
                }
            }
            // (e^2)^0.5 is |e|: the one case in which exponents may not be multiplied.
            Node::Pow(inner, first) if !first.is_even() || exponent.is_integer() => {
                return self.pow(inner, first.get() * exponent.get());
            }
            Node::Mul(factors) if exponent.is_integer() => {
                let powers: Vec<ExprId> = factors.iter().map(|&f| self.pow(f, exponent.get())).collect();
                return self.mul_all(&powers);
            }
            _ => {}
        }
        self.intern(Node::Pow(base, exponent))
    }

    /// `base ^ exponent` for any exponent; the base must not be negative unless the exponent is a constant.
    pub fn pow_expr(&mut self, base: ExprId, exponent: ExprId) -> ExprId {
        if let Some(value) = self.as_number(exponent) {
            return self.pow(base, value);
        }
        if self.as_number(base) == Some(1.0) {
            return base;
        }
        self.intern(Node::PowExpr(base, exponent))
    }
}
