//! What the terms of a sum share, written once in front of them.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::product::Powers;
use crate::{ExprId, Graph};

/// Characters that a pair of brackets costs.
const BRACKETS: usize = 2;

impl Graph {
    /// A sum with what all its terms share in front; then, of what is left, what some terms share in front of those.
    pub(super) fn factored(&mut self, e: ExprId) -> ExprId {
        let parts: Vec<Powers> = self.terms(e).iter().map(|&t| self.powers(t)).collect();
        if parts.len() < 2 {
            return e;
        }
        let common = common(&parts);
        let mut rest = Vec::with_capacity(parts.len());
        for mut part in parts {
            part.constant /= common.constant;
            part.divide(&common.of);
            rest.push(self.product_of(&part));
        }
        let rest = self.grouped(rest);
        let front = self.product_of(&common);
        self.mul(front, rest)
    }

    /// Factors out of some terms, the factor that saves most first.
    fn grouped(&mut self, mut terms: Vec<ExprId>) -> ExprId {
        while let Some(group) = self.best_group(&terms) {
            let (inside, mut outside): (Vec<ExprId>, Vec<ExprId>) =
                terms.iter().partition(|&&t| group.contains(&t));
            let sum = self.add_all(&inside);
            outside.push(self.factored(sum));
            terms = outside;
        }
        self.add_all(&terms)
    }

    /// The terms that share a factor which is better written once.
    fn best_group(&self, terms: &[ExprId]) -> Option<Vec<ExprId>> {
        let mut sharing: BTreeMap<(ExprId, bool), Vec<ExprId>> = BTreeMap::new();
        for &term in terms {
            for (base, exponent) in self.powers(term).of {
                sharing.entry((base, exponent > 0.0)).or_default().push(term);
            }
        }
        let mut best: Option<(usize, ExprId, Vec<ExprId>)> = None;
        for ((base, _), group) in sharing {
            let saved = (group.len() - 1) * (self.to_text(base).len() + 1);
            if group.len() < 2 || saved <= BRACKETS {
                continue;
            }
            let better = best.as_ref().is_none_or(|(most, known, _)| {
                saved > *most || saved == *most && self.compare(base, *known) == Ordering::Less
            });
            if better {
                best = Some((saved, base, group));
            }
        }
        best.map(|(_, _, group)| group)
    }
}

/// What all these products share: powers as far as they go in the same direction, a constant of one size, and a minus sign
/// where that comes out in front of something else.
fn common(parts: &[Powers]) -> Powers {
    let mut shared = parts[0].clone();
    for part in &parts[1..] {
        shared.of.retain(|base, _| part.of.contains_key(base));
        for (base, exponent) in &mut shared.of {
            let other = part.of[base];
            if other * *exponent <= 0.0 {
                *exponent = 0.0;
            } else if other.abs() < exponent.abs() {
                *exponent = other;
            }
        }
    }
    shared.of.retain(|_, exponent| *exponent != 0.0);
    let size = parts[0].constant.abs();
    let same = parts.iter().all(|p| p.constant.abs() == size);
    shared.constant = if same { size } else { 1.0 };
    let negative = parts.iter().all(|p| p.constant < 0.0);
    if negative && (shared.constant != 1.0 || !shared.of.is_empty()) {
        shared.constant = -shared.constant;
    }
    shared
}
