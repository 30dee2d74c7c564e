//! The normalized input: what a formula divides by a root, under a name of its own.

use super::tidy::Names;
use super::{Gradient, Presented};
use crate::{ExprId, Graph, Node};

/// A normalized input as it stands in a formula.
#[derive(Clone, Copy)]
pub(super) struct Normalized {
    /// Its name.
    pub(super) name: ExprId,
    /// What it stands for.
    pub(super) meaning: ExprId,
    /// What is divided: the input, or the input less something that varies less.
    pub(super) centred: ExprId,
    /// The centred input with the other sign, as a sum.
    opposite: ExprId,
    /// Name times root: what the centred input is.
    spelled: ExprId,
}

impl Graph {
    /// The normalized input of the output, under the author's name where there is one.
    pub(super) fn normalized(&mut self, gradient: &Gradient, names: &Names) -> Option<Normalized> {
        let found = |g: &Self, e: ExprId| g.over_root(e, gradient.input, names).map(|parts| (e, parts));
        for &(name, meaning) in names {
            // The whole of it and nothing else.
            if let Some((_, (centred, roots))) = found(self, meaning)
                && self.factors(meaning).len() == roots.len() + 1
            {
                return Some(self.normalized_as(name, centred, &roots));
            }
        }
        let (_, (centred, roots)) =
            self.topological(&gradient.formula).into_iter().find_map(|e| found(self, e))?;
        let name = self.fresh(gradient, names, ("xhat", r"\hat{x}"), self.axes(gradient.input))?;
        Some(self.normalized_as(name, centred, &roots))
    }

    fn normalized_as(&mut self, name: ExprId, centred: ExprId, roots: &[ExprId]) -> Normalized {
        let below = self.mul_all(roots);
        let meaning = self.mul(centred, below);
        let mut spelled = vec![name];
        for &root in roots {
            spelled.push(self.recip(root));
        }
        let mut opposite = Vec::new();
        for term in self.terms(centred) {
            opposite.push(self.neg(term));
        }
        let (opposite, spelled) = (self.add_all(&opposite), self.mul_all(&spelled));
        Normalized { name, meaning, centred, opposite, spelled }
    }

    /// A product that divides a centred input by what varies less: the two, the second as negative powers.
    fn over_root(&self, e: ExprId, input: ExprId, names: &Names) -> Option<(ExprId, Vec<ExprId>)> {
        if !matches!(self.node(e), Node::Mul(_)) {
            return None;
        }
        let factors = self.factors(e);
        let centred = factors.iter().copied().find(|&f| self.is_centred(f, input, names))?;
        let is_root = |f: &ExprId| match self.node(*f) {
            Node::Pow(base, exponent) => {
                exponent.get() < 0.0
                    && !matches!(self.node(*base), Node::Count(_))
                    && !self.axes(*base).is_empty()
                    && self.varies_less(*base, input)
            }
            _ => false,
        };
        let roots: Vec<ExprId> = factors.into_iter().filter(is_root).collect();
        (!roots.is_empty()).then_some((centred, roots))
    }

    /// Whether this is the input, or the input from which something was subtracted that varies less.
    pub(super) fn is_centred(&self, e: ExprId, input: ExprId, names: &Names) -> bool {
        let e = names.iter().find(|(name, _)| *name == e).map_or(e, |&(_, meaning)| meaning);
        let terms = self.terms(e);
        terms.contains(&input) && terms.iter().all(|&t| t == input || self.varies_less(t, input))
    }

    fn varies_less(&self, e: ExprId, input: ExprId) -> bool {
        self.axes(e) != self.axes(input) && self.axes(e).is_subset(self.axes(input))
    }

    /// Writes the centred input as name times root wherever it is a factor: roots meet, and most of them cancel.
    pub(super) fn over_its_root(&mut self, e: ExprId, of: Normalized) -> ExprId {
        self.rewrite(e, |g, node| {
            if !matches!(g.node(node), Node::Mul(_)) {
                return node;
            }
            let mut factors = g.factors(node);
            for factor in &mut factors {
                *factor = match *g.node(*factor) {
                    _ if *factor == of.centred => of.spelled,
                    _ if *factor == of.opposite => g.neg(of.spelled),
                    Node::Pow(base, exponent) if base == of.centred && exponent.is_integer() => {
                        g.pow(of.spelled, exponent.get())
                    }
                    _ => *factor,
                };
            }
            g.mul_all(&factors)
        })
    }

    /// Puts the centred input back where a root was left beside the name.
    pub(super) fn back_to_centred(&mut self, draft: &Presented, of: Normalized) -> Presented {
        let mut names = draft.names.clone();
        names.push((of.name, of.meaning));
        draft.mapped(|e| {
            let e = self.name_part(e, of.spelled, of.centred);
            self.together(e, &names)
        })
    }
}
