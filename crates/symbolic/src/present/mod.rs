//! The presentation pass: a gradient as a person writes it. What is computed is made of the expressions as they were
//! before; this is for printing alone.
//!
//! In the order in which they are applied: constants are written with π; the author's shorthands, the normalized input
//! and what the incoming gradient becomes on its way get names; gradients at statistics are put into the lines that use
//! them where that makes the whole shorter; sums over a count become means; what terms share stands in front of them.

use std::collections::BTreeMap;

use crate::{Error, ExprId, Graph};

mod factor;
mod names;
mod normalized;
mod pi;
mod product;
mod tidy;

use normalized::Normalized;

/// A gradient as it was derived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gradient {
    /// The symbol of what the formula normalizes.
    pub input: ExprId,
    /// The symbol of the gradient that comes in.
    pub upstream: ExprId,
    /// The formula, its output first: in it a normalized input is looked for, and the names in it are taken.
    pub formula: Vec<ExprId>,
    /// Symbols that the formula's author gave to parts of it, with their meaning, in the order of the declaration.
    pub shorthands: Vec<(ExprId, ExprId)>,
    /// Symbols of gradients at statistics, with what they are, in the order in which they are computed.
    pub steps: Vec<(ExprId, ExprId)>,
    /// What is asked for, in those symbols.
    pub results: Vec<ExprId>,
}

impl Gradient {
    /// Everything that holds symbols.
    fn expressions(&self) -> Vec<ExprId> {
        let pairs =
            self.shorthands.iter().chain(&self.steps).flat_map(|&(symbol, meaning)| [symbol, meaning]);
        let lines = self.formula.iter().chain(&self.results).copied();
        pairs.chain([self.input, self.upstream]).chain(lines).collect()
    }
}

/// A gradient as it is printed: each symbol is explained before it is used. The symbol `pi`, where it stands, is π.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presented {
    /// Names with what they stand for.
    pub names: Vec<(ExprId, ExprId)>,
    /// Gradients at statistics that keep a line of their own.
    pub steps: Vec<(ExprId, ExprId)>,
    /// What was asked for, in the order of the question.
    pub results: Vec<ExprId>,
}

impl Presented {
    /// The right sides of the gradient's lines.
    fn lines(&self) -> Vec<ExprId> {
        self.steps.iter().map(|&(_, meaning)| meaning).chain(self.results.iter().copied()).collect()
    }

    /// The same with every line of the gradient changed.
    fn mapped(&self, mut change: impl FnMut(ExprId) -> ExprId) -> Self {
        Self {
            names: self.names.clone(),
            steps: self.steps.iter().map(|&(symbol, meaning)| (symbol, change(meaning))).collect(),
            results: self.results.iter().map(|&e| change(e)).collect(),
        }
    }
}

/// Characters of a line that may be made of several, unless one of them is longer.
const LINE: usize = 160;

/// Characters that may be repeated when a gradient at a statistic is put into several places.
const REPEATED: usize = 400;

/// Passes until nothing changes: a bound; two are the rule.
const PASSES: usize = 4;

impl Graph {
    /// A gradient as a person writes it, with the same values. Presenting the result again gives the result; the same
    /// gradient gives the same lines in whatever order the graph was built.
    ///
    /// # Errors
    /// [`Error::UnknownExpr`] for ids of another graph.
    pub fn present(&mut self, gradient: &Gradient) -> Result<Presented, Error> {
        self.check(&gradient.expressions())?;
        let mut presented = self.presented_once(gradient);
        for _ in 1..PASSES {
            let again = Gradient {
                shorthands: presented.names.clone(),
                steps: presented.steps.clone(),
                results: presented.results.clone(),
                ..gradient.clone()
            };
            let next = self.presented_once(&again);
            if next == presented {
                break;
            }
            presented = next;
        }
        Ok(presented)
    }

    fn presented_once(&mut self, gradient: &Gradient) -> Presented {
        let mut gradient = gradient.clone();
        let mut draft =
            Presented { names: Vec::new(), steps: gradient.steps.clone(), results: gradient.results.clone() };
        draft = draft.mapped(|e| self.with_pi(e));
        for (name, meaning) in gradient.shorthands.clone() {
            let mut meaning = meaning;
            for &(earlier, part) in &draft.names {
                meaning = self.name_part(meaning, part, earlier);
            }
            // Another name for a name or a number explains nothing.
            if self.as_number(meaning).is_some() || self.symbol_of(meaning).is_some() {
                continue;
            }
            draft = draft.mapped(|e| self.name_part(e, meaning, name));
            for line in &mut gradient.formula {
                *line = self.name_part(*line, meaning, name);
            }
            draft.names.push((name, meaning));
        }

        let plain = self.shortened(&draft);
        let normalized = self.normalized(&gradient, &draft.names);
        let better = normalized.and_then(|n| self.with_normalized(&draft, &plain, n));
        let (mut draft, normalized) = match better {
            Some(better) => (better, normalized),
            None => (plain, None),
        };
        draft = self.name_parts(&gradient, draft, normalized);
        self.explained(draft)
    }

    /// The gradient with a normalized input under its name, where that stands there twice and makes no line longer in
    /// sum.
    fn with_normalized(&mut self, draft: &Presented, plain: &Presented, of: Normalized) -> Option<Presented> {
        let mut named = draft.mapped(|e| self.over_its_root(e, of));
        if !named.names.iter().any(|(name, _)| *name == of.name) {
            named.names.push((of.name, of.meaning));
        }
        let named = self.shortened(&named);
        let named = self.back_to_centred(&named, of);
        let times = self.occurrences(&named.lines()).get(&of.name).copied().unwrap_or(0);
        (times > 1 && self.written(&named) <= self.written(plain)).then_some(named)
    }

    /// Characters of the gradient's lines.
    fn written(&self, draft: &Presented) -> usize {
        let symbols: usize = draft.steps.iter().map(|&(symbol, _)| self.to_text(symbol).len() + 3).sum();
        symbols + draft.lines().into_iter().map(|e| self.to_text(e).len()).sum::<usize>()
    }

    /// The gradient without the steps that it is shorter without, and with what terms share in front of them.
    fn shortened(&mut self, draft: &Presented) -> Presented {
        let mut apart = draft.mapped(|e| self.apart(e, &draft.names));
        let mut together = apart.mapped(|e| self.together(e, &draft.names));
        let mut i = 0;
        while i < apart.steps.len() {
            match self.without_step(&apart, &together, i) {
                Some(shorter) => {
                    (apart, together) = shorter;
                    i = 0;
                }
                None => i += 1,
            }
        }
        together
    }

    /// The gradient with one step put into the lines that use it, in both forms, if it is then shorter and no line too
    /// long.
    fn without_step(
        &mut self,
        apart: &Presented,
        together: &Presented,
        step: usize,
    ) -> Option<(Presented, Presented)> {
        let (symbol, meaning) = apart.steps[step];
        let bare = self.as_number(meaning).is_some() || self.symbol_of(meaning).is_some();
        let times = self.occurrences(&apart.lines()).get(&symbol).copied().unwrap_or(0);
        let repeated = times.saturating_sub(1).saturating_mul(self.to_text(meaning).len());
        if !bare && repeated > REPEATED {
            return None;
        }
        // What each line looks like in the other form, as far as it is known.
        let mut forms: BTreeMap<ExprId, ExprId> = apart.lines().into_iter().zip(together.lines()).collect();
        let own = self.to_text(together.steps[step].1).len();
        let mut fits = true;
        let mut next = apart.clone();
        next.steps.remove(step);
        let next = next.mapped(|e| {
            if !self.holds(e, symbol) {
                return e;
            }
            let before = self.to_text(forms[&e]).len();
            let spelled = self.spelled_out(e, symbol, meaning);
            let spelled = self.apart(spelled, &apart.names);
            let form = self.together(spelled, &apart.names);
            fits &= self.to_text(form).len() <= LINE.max(before).max(own);
            forms.insert(spelled, form);
            spelled
        });
        let next_together = next.mapped(|e| forms[&e]);
        let shorter = self.written(&next_together) < self.written(together);
        (bare || shorter && fits).then_some((next, next_together))
    }

    /// An expression with a symbol replaced by its meaning, whose terms become terms of their own: only so do they meet
    /// the others.
    fn spelled_out(&mut self, e: ExprId, symbol: ExprId, meaning: ExprId) -> ExprId {
        let parts = self.terms(meaning);
        let mut terms = Vec::new();
        for term in self.terms(e) {
            let mut powers = self.powers(term);
            if powers.of.get(&symbol) == Some(&1.0) {
                powers.of.remove(&symbol);
                let rest = self.product_of(&powers);
                for &part in &parts {
                    terms.push(self.mul(rest, part));
                }
            } else {
                terms.push(term);
            }
        }
        let opened = self.add_all(&terms);
        self.substitute(opened, &[(symbol, meaning)])
    }

    /// Only the names that are used, each before its use.
    fn explained(&self, draft: Presented) -> Presented {
        let mut used = draft.lines();
        let mut needed = vec![false; draft.names.len()];
        // Backwards from the lines: what a needed name stands for may hold others.
        while let Some(i) =
            (0..needed.len()).find(|&i| !needed[i] && used.iter().any(|&e| self.holds(e, draft.names[i].0)))
        {
            needed[i] = true;
            used.push(draft.names[i].1);
        }
        let kept = draft.names.into_iter().zip(needed).filter(|(_, needed)| *needed);
        let mut needed: Vec<(ExprId, ExprId)> = kept.map(|(name, _)| name).collect();
        let mut names: Vec<(ExprId, ExprId)> = Vec::new();
        while !needed.is_empty() {
            let ready = |&(_, meaning): &(ExprId, ExprId)| {
                !needed.iter().any(|&(other, _)| self.holds(meaning, other))
            };
            // Names do not stand for each other in a circle; were it so, the first would do.
            let i = needed.iter().position(ready).unwrap_or(0);
            names.push(needed.remove(i));
        }
        Presented { names, steps: draft.steps, results: draft.results }
    }
}
