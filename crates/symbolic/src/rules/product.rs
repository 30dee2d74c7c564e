//! Canonical products: flat, like powers collected, constants folded into one that leads.

use std::collections::BTreeMap;

use crate::{Axes, ExprId, Graph, Node, Number};

/// A product taken apart.
#[derive(Default)]
struct Parts {
    constant: Option<f64>,
    /// Exponent of each base that is neither constant, product nor count.
    powers: BTreeMap<ExprId, f64>,
    /// Exponent of the count of each single axis: counts over several axes are products of these.
    counts: BTreeMap<Axes, f64>,
}

impl Graph {
    /// The product of any number of factors; 1 for none.
    pub fn mul_all(&mut self, factors: &[ExprId]) -> ExprId {
        let parts = self.take_apart(factors);
        let constant = parts.constant.unwrap_or(1.0);
        if constant == 0.0 {
            return self.num(0.0);
        }
        let mut list = Vec::with_capacity(parts.powers.len() + 2);
        let mut settled = true;
        for (base, exponent) in parts.powers {
            if exponent == 0.0 {
                continue;
            }
            let factor = self.pow(base, exponent);
            settled &= match self.node(factor) {
                Node::Pow(b, _) => *b == base,
                Node::Mul(_) | Node::Const(_) => false,
                _ => true,
            };
            list.push(factor);
        }
        list.extend(self.counts(&parts.counts));
        if constant != 1.0 {
            list.push(self.num(constant));
        }
        if !settled {
            // A collected power became a product, a constant or a power of something simpler: collect that too.
            return self.mul_all(&list);
        }
        self.sort(&mut list);
        match list.as_slice() {
            [] => self.num(1.0),
            [only] => *only,
            _ => self.intern(Node::Mul(list)),
        }
    }

    fn take_apart(&self, factors: &[ExprId]) -> Parts {
        let mut parts = Parts::default();
        let mut stack: Vec<ExprId> = factors.iter().rev().copied().collect();
        while let Some(factor) = stack.pop() {
            let (base, exponent) = match self.node(factor) {
                Node::Const(value) => {
                    *parts.constant.get_or_insert(1.0) *= value.get();
                    continue;
                }
                Node::Mul(inner) => {
                    stack.extend(inner.iter().rev());
                    continue;
                }
                Node::Pow(base, exponent) => (*base, exponent.get()),
                _ => (factor, 1.0),
            };
            if let Node::Count(axes) = self.node(base) {
                for axis in axes.iter() {
                    *parts.counts.entry(axis).or_insert(0.0) += exponent;
                }
            } else {
                *parts.powers.entry(base).or_insert(0.0) += exponent;
            }
        }
        parts
    }

    /// Counts of single axes, those of equal exponent joined again.
    fn counts(&mut self, single: &BTreeMap<Axes, f64>) -> Vec<ExprId> {
        let mut joined: BTreeMap<Number, Axes> = BTreeMap::new();
        for (&axis, &exponent) in single {
            let axes = joined.entry(Number::new(exponent)).or_default();
            *axes = *axes | axis;
        }
        joined.remove(&Number::new(0.0));
        let mut list = Vec::with_capacity(joined.len());
        for (exponent, axes) in joined {
            let count = self.count(axes);
            list.push(self.pow(count, exponent.get()));
        }
        list
    }
}
