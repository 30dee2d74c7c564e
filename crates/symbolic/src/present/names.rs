//! Names for what stands in a gradient more than once: first what becomes of the incoming gradient on its way, then the
//! centred input, then long parts of any kind.

use std::collections::BTreeMap;

use super::normalized::Normalized;
use super::product::Powers;
use super::tidy::Names;
use super::{Gradient, Presented};
use crate::{Axes, ExprId, Graph, Node};

/// Names of what the incoming gradient becomes, with their LaTeX.
const FLOWING: [(&str, &str); 2] = [("g", "g"), ("h", "h")];

/// The name of a centred input that no root divides.
const CENTRED: [(&str, &str); 1] = [("c", "c")];

/// Names of other parts.
const PARTS: [(&str, &str); 3] = [("s", "s"), ("r", "r"), ("q", "q")];

/// Characters that a name of another part must save.
const WORTH: isize = 20;

/// Something that could have a name.
struct Candidate {
    part: ExprId,
    /// How often it stands there.
    times: usize,
    /// Characters that a name saves, its own line counted.
    saved: isize,
}

impl Graph {
    /// Names what the incoming gradient is multiplied by everywhere, then other long parts.
    pub(super) fn name_parts(
        &mut self,
        gradient: &Gradient,
        mut draft: Presented,
        normalized: Option<Normalized>,
    ) -> Presented {
        loop {
            let first = !draft.names.iter().any(|&(_, meaning)| self.holds(meaning, gradient.upstream));
            let found = self.flowing(gradient, &draft, normalized);
            let Some(best) = found.filter(|c| if first { c.times > 1 } else { c.saved > 0 }) else { break };
            let Some(named) = self.named(gradient, &draft, best.part, &FLOWING) else { break };
            draft = named;
        }
        if let Some(part) = self.repeated_centred(gradient, &draft) {
            draft = self.named(gradient, &draft, part, &CENTRED).unwrap_or(draft);
        }
        while let Some(best) = self.long_part(gradient, &draft).filter(|c| c.saved >= WORTH) {
            let Some(named) = self.named(gradient, &draft, best.part, &PARTS) else { break };
            draft = named;
        }
        draft
    }

    fn named(
        &mut self,
        gradient: &Gradient,
        draft: &Presented,
        part: ExprId,
        candidates: &[(&str, &str)],
    ) -> Option<Presented> {
        let axes = self.axes(part);
        let name = candidates.iter().find_map(|&c| self.fresh(gradient, &draft.names, c, axes))?;
        let mut next = draft.mapped(|e| self.name_part(e, part, name));
        for (_, meaning) in &mut next.names {
            *meaning = self.name_part(*meaning, part, name);
        }
        next.names.push((name, part));
        Some(next)
    }

    /// The symbol of a name that nobody has yet.
    pub(super) fn fresh(
        &mut self,
        gradient: &Gradient,
        names: &Names,
        (name, latex): (&str, &str),
        axes: Axes,
    ) -> Option<ExprId> {
        if let Some(known) = self.find(name) {
            let symbol = self.symbol_of(known)?;
            let ours = symbol.latex == latex && symbol.axes == axes && self.definition(known).is_none();
            let taken = names.iter().any(|(name, _)| *name == known)
                || gradient.expressions().iter().any(|&e| self.holds(e, known));
            return (ours && !taken).then_some(known);
        }
        self.symbol(name, latex, axes).ok()
    }

    /// The best candidate that holds the incoming gradient: a product with it that stands among other factors, or a sum.
    fn flowing(
        &mut self,
        gradient: &Gradient,
        draft: &Presented,
        normalized: Option<Normalized>,
    ) -> Option<Candidate> {
        let lines = draft.lines();
        // What was named flows on under its name.
        let mut flowing = vec![gradient.upstream];
        for &(name, meaning) in &draft.names {
            if flowing.iter().any(|&e| self.holds(meaning, e))
                && self.axes(name) == self.axes(gradient.upstream)
            {
                flowing.push(name);
            }
        }
        let counts = self.occurrences(&lines);
        let order = self.topological(&lines);
        // An input is no part of what flows back.
        let is_input =
            |e: ExprId| e == gradient.input || normalized.is_some_and(|n| e == n.name || e == n.centred);
        let mut products: Vec<(ExprId, Powers)> = Vec::new();
        let mut patterns: Vec<BTreeMap<ExprId, f64>> = Vec::new();
        for &e in order.iter().filter(|&&e| matches!(self.node(e), Node::Mul(_))) {
            let powers = self.powers(e);
            if !flowing.iter().any(|e| powers.of.get(e) == Some(&1.0)) {
                continue;
            }
            let mut pattern = powers.of.clone();
            pattern.retain(|&base, _| {
                let reduced = matches!(self.node(base), Node::Sum(..) | Node::Mean(..) | Node::Count(_));
                !reduced && !is_input(base)
            });
            patterns.push(pattern);
            products.push((e, powers));
        }
        let own = patterns.len();
        for i in 0..own {
            for j in 0..i {
                let mut both = patterns[i].clone();
                both.retain(|base, exponent| patterns[j].get(base) == Some(&*exponent));
                patterns.push(both);
            }
        }
        patterns.retain(|pattern| pattern.len() > 1);
        patterns.sort_by(|a, b| a.keys().cmp(b.keys()));
        patterns.dedup();
        let mut candidates = Vec::new();
        for of in patterns {
            let holding = products.iter().filter(|(_, powers)| powers.contain(&of));
            let times = holding.map(|(e, _)| counts.get(e).copied().unwrap_or(0)).sum();
            let part = self.product_of(&Powers { constant: 1.0, of });
            candidates.push(self.candidate(part, times));
        }
        for &e in order.iter().filter(|&&e| matches!(self.node(e), Node::Add(_))) {
            let flows = flowing.iter().any(|&f| self.holds(e, f));
            if flows && self.axes(e) == self.axes(gradient.upstream) {
                candidates.push(self.candidate(e, counts.get(&e).copied().unwrap_or(0)));
            }
        }
        self.best(candidates)
    }

    /// The centred input, where it stands so often that a name saves something; of several, which a name would tell apart
    /// from its like, none.
    fn repeated_centred(&self, gradient: &Gradient, draft: &Presented) -> Option<ExprId> {
        let mut roots = draft.lines();
        roots.extend(draft.names.iter().map(|&(_, meaning)| meaning));
        let order = self.topological(&roots).into_iter();
        let is_centred = |e: &ExprId| {
            matches!(self.node(*e), Node::Add(_)) && self.is_centred(*e, gradient.input, &draft.names)
        };
        let found: Vec<ExprId> = order.filter(is_centred).collect();
        let [only] = found.as_slice() else { return None };
        let times = self.occurrences(&roots).get(only).copied().unwrap_or(0);
        let named = draft.names.iter().any(|(_, meaning)| meaning == only);
        (!named && self.candidate(*only, times).saved > 0).then_some(*only)
    }

    /// The best candidate that does not hold the incoming gradient.
    fn long_part(&self, gradient: &Gradient, draft: &Presented) -> Option<Candidate> {
        let mut roots = draft.lines();
        roots.extend(draft.names.iter().map(|&(_, meaning)| meaning));
        let counts = self.occurrences(&roots);
        let mut later = vec![gradient.upstream];
        later.extend(draft.steps.iter().map(|&(symbol, _)| symbol));
        let mut candidates = Vec::new();
        for e in self.topological(&roots) {
            let times = counts.get(&e).copied().unwrap_or(0);
            let long = match self.node(e) {
                Node::Add(_) | Node::Unary(..) | Node::Binary(..) | Node::PowExpr(..) => true,
                Node::Pow(_, exponent) => exponent.get() > 0.0,
                _ => false,
            };
            let named = draft.names.iter().any(|&(_, meaning)| meaning == e);
            if long && times > 1 && !named && !later.iter().any(|&symbol| self.holds(e, symbol)) {
                candidates.push(self.candidate(e, times));
            }
        }
        self.best(candidates)
    }

    fn candidate(&self, part: ExprId, times: usize) -> Candidate {
        let length = self.to_text(part).len() as isize;
        // A letter in each place, and a line that says what it is.
        let saved = (length - 1).saturating_mul(times as isize) - (length + 4);
        Candidate { part, times, saved }
    }

    fn best(&self, candidates: Vec<Candidate>) -> Option<Candidate> {
        let mut repeated: Vec<Candidate> = candidates.into_iter().filter(|c| c.times > 1).collect();
        repeated.sort_by(|a, b| b.saved.cmp(&a.saved).then_with(|| self.compare(a.part, b.part)));
        repeated.into_iter().next()
    }
}
