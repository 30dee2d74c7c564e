//! The simplifier: constructors keep every node in canonical form, and [`Graph::simplify`] applies the rules that
//! look at more than one node until none applies.

use std::collections::BTreeMap;

use crate::{ExprId, Graph, Node};

mod cancel;
mod definition;
mod function;
mod power;
mod product;
mod reduction;
mod sum;
mod table;

pub use table::{RULES, Rule};

impl Graph {
    /// Applies every rule of [`RULES`] until none applies. Idempotent: simplifying the result gives the result.
    ///
    /// Why it ends: each rule lowers, in this order, the work under reductions (factors and terms below a sum or
    /// mean, nested reductions), the number of terms, or the size of the expression where a definition is folded;
    /// none raises an earlier one.
    pub fn simplify(&mut self, e: ExprId) -> ExprId {
        let mut current = e;
        loop {
            let next = self.simplify_once(current);
            // Axis typing after the pass: a rule may find that something does not vary, never the opposite.
            debug_assert!(self.axes(next).is_subset(self.axes(e)), "a rule widened {}", self.to_text(e));
            if next == current {
                return current;
            }
            current = next;
        }
    }

    /// One pass over the expression, operands first.
    fn simplify_once(&mut self, e: ExprId) -> ExprId {
        let mut done: BTreeMap<ExprId, ExprId> = BTreeMap::new();
        for old in self.topological(&[e]) {
            let rebuilt = self.with_operands(old, |operand| done[&operand]);
            let new = self.apply_rules(rebuilt);
            done.insert(old, new);
        }
        done[&e]
    }

    /// The rules at one node whose operands are simplified.
    fn apply_rules(&mut self, e: ExprId) -> ExprId {
        let e = match self.node(e).clone() {
            Node::Sum(over, operand) => self.simplify_sum(over, operand),
            Node::Mean(over, operand) => self.simplify_mean(over, operand),
            Node::Window(window, operand, size) => self.simplify_window(window, operand, size),
            Node::Add(terms) => self.cancel_scaled_sums(e, &terms),
            Node::Const(_)
            | Node::Symbol(_)
            | Node::Mul(_)
            | Node::Pow(..)
            | Node::PowExpr(..)
            | Node::Unary(..)
            | Node::Binary(..)
            | Node::Controlled { .. }
            | Node::Count(_) => e,
        };
        self.fold_definition(e)
    }
}
