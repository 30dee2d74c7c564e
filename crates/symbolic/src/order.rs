//! The structural order of expressions: by what they are, never by when they were made.

use std::cmp::Ordering;

use crate::{Axes, ExprId, Graph, Node};

impl Graph {
    /// Compares two expressions by structure: constants first, then few axes before many (so that what varies least
    /// stands together), then symbols by name, then compound expressions by operator and operands.
    ///
    /// Equal only for equal ids: nodes are hash-consed, so the walk goes down one differing operand per level.
    pub(crate) fn compare(&self, a: ExprId, b: ExprId) -> Ordering {
        if a == b {
            return Ordering::Equal;
        }
        let key = |e: ExprId| {
            let constant = self.as_number(e).is_some();
            let axes = self.axes(e);
            (!constant, axes.len(), axes, rank(self.node(e)))
        };
        key(a).cmp(&key(b)).then_with(|| self.compare_within(a, b))
    }

    fn compare_within(&self, a: ExprId, b: ExprId) -> Ordering {
        match (self.node(a), self.node(b)) {
            (Node::Const(a), Node::Const(b)) => a.cmp(b),
            (Node::Symbol(a), Node::Symbol(b)) => self.symbol_at(*a).name.cmp(&self.symbol_at(*b).name),
            (Node::Count(a), Node::Count(b)) => a.cmp(b),
            (Node::Pow(a, p), Node::Pow(b, q)) => self.compare(*a, *b).then_with(|| p.cmp(q)),
            (Node::Unary(f, a), Node::Unary(g, b)) => f.cmp(g).then_with(|| self.compare(*a, *b)),
            (Node::Binary(f, ..), Node::Binary(g, ..)) => f.cmp(g).then_with(|| self.compare_operands(a, b)),
            (Node::Sum(over, a), Node::Sum(under, b)) | (Node::Mean(over, a), Node::Mean(under, b)) => {
                over.cmp(under).then_with(|| self.compare(*a, *b))
            }
            (Node::Window(v, ..), Node::Window(w, ..)) => v.cmp(w).then_with(|| self.compare_operands(a, b)),
            // Of one rank, and told apart by their operands alone.
            (..) => self.compare_operands(a, b),
        }
    }

    fn compare_operands(&self, a: ExprId, b: ExprId) -> Ordering {
        let (left, right) = (self.node(a).operands(), self.node(b).operands());
        let different = left.iter().zip(&right).find(|(l, r)| l != r);
        match different {
            Some((l, r)) => self.compare(*l, *r),
            None => left.len().cmp(&right.len()),
        }
    }

    /// Sorts operands into structural order.
    pub(crate) fn sort(&self, list: &mut [ExprId]) {
        list.sort_by(|&a, &b| self.compare(a, b));
    }

    /// Whether an expression is the same everywhere along the axes.
    pub(crate) fn is_invariant(&self, e: ExprId, over: Axes) -> bool {
        self.axes(e).is_disjoint(over)
    }
}

/// Operators in the order in which operands of a sum or product are listed.
fn rank(node: &Node) -> u8 {
    match node {
        Node::Const(_) => 0,
        Node::Symbol(_) => 1,
        Node::Count(_) => 2,
        Node::Unary(..) => 3,
        Node::Binary(..) => 4,
        Node::Pow(..) => 5,
        Node::PowExpr(..) => 6,
        Node::Mean(..) => 7,
        Node::Sum(..) => 8,
        Node::Mul(_) => 9,
        Node::Add(_) => 10,
        Node::Controlled { .. } => 11,
        Node::Window(..) => 12,
    }
}
