//! Functions of constants, and of themselves.

use crate::{Binary, ExprId, Graph, Node, Unary, scalar};

impl Graph {
    /// A function of one operand.
    pub fn unary(&mut self, op: Unary, operand: ExprId) -> ExprId {
        if let Some(x) = self.as_number(operand) {
            let folded = scalar::unary(op, x);
            if folded.is_finite() {
                return self.num(folded);
            }
        }
        let idempotent = match op {
            Unary::Abs | Unary::Sign | Unary::Step | Unary::StopGradient => true,
            Unary::Exp | Unary::Ln | Unary::Tanh | Unary::Sigmoid | Unary::Erf => false,
        };
        match self.node(operand) {
            Node::Unary(inner, _) if idempotent && *inner == op => operand,
            _ => self.intern(Node::Unary(op, operand)),
        }
    }

    /// A function of two operands.
    pub fn binary(&mut self, op: Binary, left: ExprId, right: ExprId) -> ExprId {
        if left == right {
            return left;
        }
        let foldable = match op {
            Binary::Max | Binary::Min => true,
            // A constant value may well stand in for something that has a derivative.
            Binary::ReplaceGradient => false,
        };
        if let (true, Some(a), Some(b)) = (foldable, self.as_number(left), self.as_number(right)) {
            return self.num(scalar::binary(op, a, b));
        }
        self.intern(Node::Binary(op, left, right))
    }
}
