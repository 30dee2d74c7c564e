//! Sums and means over axes: linearity, nesting, operands that do not vary.

use crate::{Axes, ExprId, Graph, Node};

/// The two reductions, which obey the same linear rules.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Sum,
    Mean,
}

impl Graph {
    /// The sum over axes; along those the operand does not vary over it is multiplied by their count.
    pub fn sum(&mut self, over: Axes, e: ExprId) -> ExprId {
        let over_operand = over & self.axes(e);
        let count = self.count(over - over_operand);
        if over_operand.is_empty() {
            return self.mul_all(&[count, e]);
        }
        let sum = self.intern(Node::Sum(over_operand, e));
        self.mul_all(&[count, sum])
    }

    /// The mean over axes; those the operand does not vary over do not matter.
    pub fn mean(&mut self, over: Axes, e: ExprId) -> ExprId {
        let over = over & self.axes(e);
        if over.is_empty() { e } else { self.intern(Node::Mean(over, e)) }
    }

    fn reduce(&mut self, kind: Kind, over: Axes, e: ExprId) -> ExprId {
        match kind {
            Kind::Sum => self.sum(over, e),
            Kind::Mean => self.mean(over, e),
        }
    }

    pub(super) fn simplify_sum(&mut self, over: Axes, e: ExprId) -> ExprId {
        if let Node::Mean(inner_over, inner) = *self.node(e) {
            let sum = self.sum(over | inner_over, inner);
            let count = self.count(inner_over);
            return self.div(sum, count);
        }
        let mean = self.mean(over, e);
        if let Some(symbol) = self.folded(mean) {
            let count = self.count(over);
            return self.mul(count, symbol);
        }
        self.simplify_linear(Kind::Sum, over, e)
    }

    pub(super) fn simplify_mean(&mut self, over: Axes, e: ExprId) -> ExprId {
        if let Node::Sum(inner_over, inner) = *self.node(e) {
            let sum = self.sum(over | inner_over, inner);
            let count = self.count(over);
            return self.div(sum, count);
        }
        let sum = self.sum(over, e);
        if let Some(symbol) = self.folded(sum) {
            let count = self.count(over);
            return self.div(symbol, count);
        }
        self.simplify_linear(Kind::Mean, over, e)
    }

    fn simplify_linear(&mut self, kind: Kind, over: Axes, e: ExprId) -> ExprId {
        match self.node(e).clone() {
            // Of the same kind: the other was taken apart before.
            Node::Sum(inner_over, inner) | Node::Mean(inner_over, inner) => {
                self.reduce(kind, over | inner_over, inner)
            }
            Node::Mul(factors) => self.pull_factors(kind, over, &factors),
            Node::Add(terms) => self.pull_terms(kind, over, &terms),
            _ => self.reduce(kind, over, e),
        }
    }

    /// `Sum(A, c*e)` is `c*Sum(A, e)` where `c` does not vary over `A`; so is the mean.
    fn pull_factors(&mut self, kind: Kind, over: Axes, factors: &[ExprId]) -> ExprId {
        let (mut outside, inside): (Vec<ExprId>, Vec<ExprId>) =
            factors.iter().partition(|&&f| self.is_invariant(f, over));
        let product = self.mul_all(&inside);
        outside.push(self.reduce(kind, over, product));
        self.mul_all(&outside)
    }

    /// Takes out the terms whose own reduction needs no sum: those that do not vary over the axes, those that fold
    /// into a definition, those that vanish. The others stay together under one reduction.
    fn pull_terms(&mut self, kind: Kind, over: Axes, terms: &[ExprId]) -> ExprId {
        let mut outside = Vec::new();
        let mut inside = Vec::new();
        for &term in terms {
            match self.closed_form(kind, over, term) {
                Some(closed) => outside.push(closed),
                None => inside.push(term),
            }
        }
        if !inside.is_empty() {
            let rest = self.add_all(&inside);
            outside.push(self.reduce(kind, over, rest));
        } else if kind == Kind::Sum {
            // count*(a - b) rather than count*a - count*b, unless the terms are sums themselves.
            let mean = self.pull_terms(Kind::Mean, over, terms);
            let counted = self.topological(&[mean]).iter().any(|&e| matches!(self.node(e), Node::Count(_)));
            if !counted {
                let count = self.count(over);
                return self.mul(count, mean);
            }
        }
        self.add_all(&outside)
    }

    /// The reduction of a term, if it can be written without a sum or mean over what varies in the term.
    fn closed_form(&mut self, kind: Kind, over: Axes, term: ExprId) -> Option<ExprId> {
        let factors = self.factors(term);
        let (mut outside, inside): (Vec<ExprId>, Vec<ExprId>) =
            factors.iter().partition(|&&f| self.is_invariant(f, over));
        let product = self.mul_all(&inside);
        let reduced = self.reduce(kind, over, product);
        let reduced = self.simplify(reduced);
        let terms = self.terms(reduced);
        let open = terms
            .iter()
            .flat_map(|&t| self.factors(t))
            .any(|f| matches!(self.node(f), Node::Sum(..) | Node::Mean(..)));
        if open {
            return None;
        }
        outside.push(reduced);
        Some(self.mul_all(&outside))
    }
}
