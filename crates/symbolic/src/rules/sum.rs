//! Canonical sums: flat, like terms collected, constants folded into one that leads.

use std::collections::BTreeMap;

use crate::{ExprId, Graph, Node};

impl Graph {
    /// The sum of any number of terms; 0 for none.
    pub fn add_all(&mut self, terms: &[ExprId]) -> ExprId {
        let mut constant = 0.0;
        let mut collected: BTreeMap<ExprId, f64> = BTreeMap::new();
        let mut stack: Vec<ExprId> = terms.iter().rev().copied().collect();
        while let Some(term) = stack.pop() {
            match self.node(term) {
                Node::Const(value) => constant += value.get(),
                Node::Add(inner) => stack.extend(inner.iter().rev()),
                _ => {
                    let (factor, rest) = self.split_factor(term);
                    // A sum that lost its factor below is flattened like any other.
                    *collected.entry(rest).or_insert(0.0) += factor;
                }
            }
        }
        let flat_again =
            collected.iter().any(|(&rest, &c)| c == 1.0 && matches!(self.node(rest), Node::Add(_)));
        let mut list = Vec::with_capacity(collected.len() + 1);
        for (rest, factor) in collected {
            if factor != 0.0 {
                list.push(self.with_factor(factor, rest));
            }
        }
        if constant != 0.0 {
            list.push(self.num(constant));
        }
        if flat_again {
            return self.add_all(&list);
        }
        self.sort(&mut list);
        match list.as_slice() {
            [] => self.num(0.0),
            [only] => *only,
            _ => self.intern(Node::Add(list)),
        }
    }

    /// Splits a term into its constant factor and the rest.
    pub(crate) fn split_factor(&mut self, term: ExprId) -> (f64, ExprId) {
        let Node::Mul(factors) = self.node(term) else { return (1.0, term) };
        let Some(factor) = self.as_number(factors[0]) else { return (1.0, term) };
        let rest = factors[1..].to_vec();
        let rest = if let [only] = rest.as_slice() { *only } else { self.intern(Node::Mul(rest)) };
        (factor, rest)
    }

    /// Puts a constant factor other than 0 before an expression that has none.
    fn with_factor(&mut self, factor: f64, rest: ExprId) -> ExprId {
        if factor == 1.0 {
            return rest;
        }
        let mut list = vec![self.num(factor)];
        match self.node(rest) {
            Node::Mul(factors) => list.extend(factors),
            _ => list.push(rest),
        }
        self.intern(Node::Mul(list))
    }

    /// The terms of a sum, or the expression itself as the only one.
    pub(crate) fn terms(&self, e: ExprId) -> Vec<ExprId> {
        match self.node(e) {
            Node::Add(terms) => terms.clone(),
            _ => vec![e],
        }
    }

    /// The factors of a product, or the expression itself as the only one.
    pub(crate) fn factors(&self, e: ExprId) -> Vec<ExprId> {
        match self.node(e) {
            Node::Mul(factors) => factors.clone(),
            _ => vec![e],
        }
    }
}
