//! Rules for the eye: they save nothing when an expression is computed, so the simplifier does not have them.

use std::collections::BTreeMap;

use crate::{Axes, ExprId, Graph, Node, Unary};

/// Rounds of rules: a bound, should two of them undo each other; a few are enough.
const ROUNDS: usize = 12;

/// Symbols with what they stand for.
pub(super) type Names = [(ExprId, ExprId)];

impl Graph {
    /// Sums over a count as means, nothing that vanishes, no step twice. Terms stay apart.
    pub(super) fn apart(&mut self, e: ExprId, names: &Names) -> ExprId {
        self.tidied(e, names, false)
    }

    /// The same with what terms share in front of them.
    pub(super) fn together(&mut self, e: ExprId, names: &Names) -> ExprId {
        self.tidied(e, names, true)
    }

    fn tidied(&mut self, e: ExprId, names: &Names, factor: bool) -> ExprId {
        let mut current = e;
        for _ in 0..ROUNDS {
            let simple = self.simplify(current);
            let next = self.rewrite(simple, |g, node| g.tidy_node(node, names, factor));
            if next == current {
                break;
            }
            current = next;
        }
        current
    }

    fn tidy_node(&mut self, e: ExprId, names: &Names, factor: bool) -> ExprId {
        match self.node(e).clone() {
            // A step is 0 or 1, and so is any power of it.
            Node::Pow(base, exponent)
                if exponent.get() > 0.0 && matches!(self.node(base), Node::Unary(Unary::Step, _)) =>
            {
                base
            }
            Node::Mul(_) => {
                let e = self.without_inner_steps(e);
                let e = self.with_positive_sums(e);
                let e = self.with_counts_inside(e);
                self.with_means(e)
            }
            Node::Add(_) if factor => self.factored(e),
            Node::Sum(..) | Node::Mean(..) if self.vanishes(e, names) => self.num(0.0),
            _ => e,
        }
    }

    /// Whether a sum or mean of a named value is 0, as that of an input from which its mean was subtracted.
    fn vanishes(&mut self, reduction: ExprId, names: &Names) -> bool {
        let (Node::Sum(_, operand) | Node::Mean(_, operand)) = *self.node(reduction) else { return false };
        if !names.iter().any(|(name, _)| *name == operand) {
            return false;
        }
        let mut spelled = reduction;
        // A name may stand for something in which earlier ones stand.
        for &(name, meaning) in names.iter().rev() {
            spelled = self.substitute(spelled, &[(name, meaning)]);
        }
        let spelled = self.simplify(spelled);
        self.as_number(spelled) == Some(0.0)
    }

    /// A sum beside the reciprocal of its count is a mean; a mean beside its count is a sum.
    fn with_means(&mut self, e: ExprId) -> ExprId {
        let factors = self.factors(e);
        let mut counted: BTreeMap<Axes, f64> = BTreeMap::new();
        for &factor in &factors {
            let (base, exponent) = match self.node(factor) {
                Node::Pow(base, exponent) => (*base, exponent.get()),
                _ => (factor, 1.0),
            };
            if let Node::Count(axes) = self.node(base) {
                for axis in axes.iter() {
                    *counted.entry(axis).or_insert(0.0) += exponent;
                }
            }
        }
        let exponents = |over: Axes| -> Vec<f64> {
            over.iter().map(|axis| counted.get(&axis).copied().unwrap_or(0.0)).collect()
        };
        for (i, &factor) in factors.iter().enumerate() {
            let (replaced, over, exponent) = match self.node(factor).clone() {
                Node::Sum(over, inner) if exponents(over).iter().all(|&p| p <= -1.0) => {
                    (self.mean(over, inner), over, 1.0)
                }
                Node::Mean(over, inner) if exponents(over).iter().all(|&p| p >= 1.0) => {
                    (self.sum(over, inner), over, -1.0)
                }
                _ => continue,
            };
            let count = self.count(over);
            let mut others = factors.clone();
            others[i] = replaced;
            others.push(self.pow(count, exponent));
            let product = self.mul_all(&others);
            return self.with_means(product);
        }
        e
    }

    /// The reciprocal of a count goes into a sum all of whose terms take it up.
    fn with_counts_inside(&mut self, e: ExprId) -> ExprId {
        let is_count = |g: &Self, f: ExprId| match g.node(f) {
            Node::Count(_) => true,
            Node::Pow(base, _) => matches!(g.node(*base), Node::Count(_)),
            _ => false,
        };
        let (counts, mut others): (Vec<ExprId>, Vec<ExprId>) =
            self.factors(e).into_iter().partition(|&f| is_count(self, f));
        for i in 0..others.len() {
            let terms = self.terms(others[i]);
            if counts.is_empty() || terms.len() < 2 {
                continue;
            }
            let mut opened = Vec::with_capacity(terms.len());
            for term in terms {
                let term = [&counts[..], &[term]].concat();
                let term = self.mul_all(&term);
                opened.push(self.with_means(term));
            }
            if opened.iter().all(|&t| !self.factors(t).into_iter().any(|f| is_count(self, f))) {
                others[i] = self.add_all(&opened);
                return self.mul_all(&others);
            }
        }
        e
    }

    /// `-(a + b)*c` for `(-a - b)*c`.
    fn with_positive_sums(&mut self, e: ExprId) -> ExprId {
        let mut factors = self.factors(e);
        for factor in &mut factors {
            let terms = self.terms(*factor);
            if terms.len() < 2 || terms.iter().any(|&t| self.powers(t).constant > 0.0) {
                continue;
            }
            let mut positive = Vec::with_capacity(terms.len());
            for term in terms {
                positive.push(self.neg(term));
            }
            let sum = self.add_all(&positive);
            *factor = self.neg(sum);
        }
        self.mul_all(&factors)
    }

    /// `s*(a + b)` for `s*(a + s*b)` where `s` is a step: what it keeps, it keeps once.
    fn without_inner_steps(&mut self, e: ExprId) -> ExprId {
        let mut factors = self.factors(e);
        let is_step = |g: &Self, f: ExprId| matches!(g.node(f), Node::Unary(Unary::Step, _));
        let steps: Vec<ExprId> = factors.iter().copied().filter(|&f| is_step(self, f)).collect();
        if steps.is_empty() {
            return e;
        }
        for factor in &mut factors {
            let terms = self.terms(*factor);
            if terms.len() < 2 {
                continue;
            }
            let mut kept = Vec::with_capacity(terms.len());
            for term in terms {
                let mut powers = self.powers(term);
                powers.of.retain(|base, exponent| *exponent < 0.0 || !steps.contains(base));
                kept.push(self.product_of(&powers));
            }
            *factor = self.add_all(&kept);
        }
        self.mul_all(&factors)
    }
}
