//! Products as exponents of bases: what contains what, and what stands how often.

use std::collections::BTreeMap;

use crate::{ExprId, Graph, Node};

/// Beyond this nobody counts, and nothing overflows.
const COUNTED: usize = 1_000_000;

/// A product taken apart: a constant, and each base with its exponent.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Powers {
    pub(super) constant: f64,
    pub(super) of: BTreeMap<ExprId, f64>,
}

impl Powers {
    /// Whether every power of `part` is in here: the same base, and an exponent of the same sign that is as large.
    pub(super) fn contain(&self, part: &BTreeMap<ExprId, f64>) -> bool {
        let within =
            |(base, p): (&ExprId, &f64)| self.of.get(base).is_some_and(|q| q * p > 0.0 && q.abs() >= p.abs());
        part.iter().all(within)
    }

    /// Takes powers out, whether they are in here or not.
    pub(super) fn divide(&mut self, part: &BTreeMap<ExprId, f64>) {
        for (&base, p) in part {
            *self.of.entry(base).or_insert(0.0) -= p;
        }
    }
}

impl Graph {
    /// An expression as a product, if only of itself.
    pub(super) fn powers(&self, e: ExprId) -> Powers {
        let mut powers = Powers { constant: 1.0, of: BTreeMap::new() };
        for factor in self.factors(e) {
            let (base, exponent) = match self.node(factor) {
                Node::Const(value) => {
                    powers.constant *= value.get();
                    continue;
                }
                Node::Pow(base, exponent) => (*base, exponent.get()),
                _ => (factor, 1.0),
            };
            *powers.of.entry(base).or_insert(0.0) += exponent;
        }
        powers
    }

    /// The product again.
    pub(super) fn product_of(&mut self, powers: &Powers) -> ExprId {
        let mut list = vec![self.num(powers.constant)];
        for (&base, &exponent) in &powers.of {
            list.push(self.pow(base, exponent));
        }
        self.mul_all(&list)
    }

    /// Rebuilds an expression bottom-up; `rule` sees every node once its operands are done.
    pub(super) fn rewrite(&mut self, e: ExprId, mut rule: impl FnMut(&mut Self, ExprId) -> ExprId) -> ExprId {
        let mut done: BTreeMap<ExprId, ExprId> = BTreeMap::new();
        for old in self.topological(&[e]) {
            let rebuilt = self.with_operands(old, |operand| done[&operand]);
            let new = rule(self, rebuilt);
            done.insert(old, new);
        }
        done[&e]
    }

    /// Puts a name in the place of what it stands for: wherever that is a whole operand, and, of a product, wherever
    /// its factors stand among others.
    pub(super) fn name_part(&mut self, e: ExprId, part: ExprId, name: ExprId) -> ExprId {
        let wanted = self.powers(part);
        let among_others = wanted.constant == 1.0 && wanted.of.len() > 1;
        self.rewrite(e, |g, node| {
            if node == part {
                return name;
            }
            if !among_others || !matches!(g.node(node), Node::Mul(_)) {
                return node;
            }
            let mut whole = g.powers(node);
            let mut times = 0.0;
            while whole.contain(&wanted.of) {
                whole.divide(&wanted.of);
                times += 1.0;
            }
            if times == 0.0 {
                return node;
            }
            *whole.of.entry(name).or_insert(0.0) += times;
            g.product_of(&whole)
        })
    }

    /// How often each node stands in the roots when they are written out, as far as that is countable.
    pub(super) fn occurrences(&self, roots: &[ExprId]) -> BTreeMap<ExprId, usize> {
        let mut counts: BTreeMap<ExprId, usize> = BTreeMap::new();
        for &root in roots {
            *counts.entry(root).or_insert(0) += 1;
        }
        // Users before operands.
        for &e in self.topological(roots).iter().rev() {
            let times = counts.get(&e).copied().unwrap_or(0);
            for operand in self.node(e).operands() {
                let count = counts.entry(operand).or_insert(0);
                *count = (*count + times).min(COUNTED);
            }
        }
        counts
    }

    /// Whether a symbol stands anywhere in an expression.
    pub(super) fn holds(&self, e: ExprId, symbol: ExprId) -> bool {
        self.topological(&[e]).contains(&symbol)
    }
}
