//! From a declaration to a formula: which let is a statistic, which a shorthand, and what is wrong with it.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span};
use syn::spanned::Spanned;

use crate::declaration::{Declaration, Let, ReferenceSet};
use crate::formula::Formula;
use crate::operators::Function;
use crate::sets::Word;
use crate::syntax::{Arithmetic, Errors, Meaning, walk};
use crate::term::{Extent, Term};

/// Names that mean something already.
const RESERVED: [&str; 5] = ["x", "y", "n", "dx", "dy"];

/// How many dependent sweeps the skeletons can make.
const MAX_LEVELS: usize = 4;

pub(crate) struct Checker<'a> {
    pub(crate) d: &'a Declaration,
    pub(crate) statistics: Vec<(Ident, Term)>,
    pub(crate) aliases: Vec<(Ident, Term)>,
    pub(crate) controls: Vec<Ident>,
    /// Whether several sets are pooled, or a window.
    pub(crate) staged: bool,
    /// Sets that something pools.
    pub(crate) pooled: Vec<ReferenceSet>,
    used: BTreeSet<String>,
    /// Names whose own line is wrong: their uses are no errors of their own.
    broken: BTreeSet<String>,
    pub(crate) errors: Errors,
}

impl Meaning for Checker<'_> {
    type Value = Term;

    fn errors(&mut self) -> &mut Errors {
        &mut self.errors
    }

    fn number(&mut self, v: f64) -> Term {
        Term::Number(v)
    }

    fn name(&mut self, name: &Ident) -> Option<Term> {
        let text = name.to_string();
        self.used.insert(text.clone());
        if text == "x" {
            return Some(Term::X);
        }
        if text == "n" && !self.staged {
            return Some(Term::Count);
        }
        if text == "n" {
            self.errors
                .at(name.span(), "`n` counts the elements of one set, but this declaration has several");
            return None;
        }
        if let Some(i) = self.d.params.iter().position(|p| p.name == text) {
            return Some(Term::Param(i));
        }
        if let Some(i) = self.d.consts.iter().position(|p| p.name == text) {
            return Some(Term::Const(i));
        }
        if let Some(i) = self.statistics.iter().position(|s| s.0 == text) {
            return Some(Term::Statistic(i));
        }
        if let Some(i) = self.aliases.iter().position(|s| s.0 == text) {
            return Some(Term::Alias(i));
        }
        if self.broken.contains(&text) {
            return None;
        }
        if self.d.lets.iter().any(|l| l.name == text) {
            self.errors.at(
                name.span(),
                format!("`{text}` is used before it is known: lets stand in the order of their use"),
            );
        } else {
            let known: Vec<String> = std::iter::once("x".to_owned())
                .chain(self.d.params.iter().map(|p| p.name.to_string()))
                .chain(self.d.consts.iter().map(|p| p.name.to_string()))
                .chain(self.statistics.iter().chain(&self.aliases).map(|s| s.0.to_string()))
                .collect();
            self.errors
                .at(name.span(), format!("`{text}` is not known here; known are: {}", known.join(", ")));
        }
        None
    }

    fn neg(&mut self, a: Term) -> Term {
        Term::Neg(Box::new(a))
    }

    fn binary(&mut self, op: Arithmetic, a: Term, b: Term) -> Term {
        let (a, b) = (Box::new(a), Box::new(b));
        match op {
            Arithmetic::Add => Term::Add(a, b),
            Arithmetic::Sub => Term::Sub(a, b),
            Arithmetic::Mul => Term::Mul(a, b),
            Arithmetic::Div => Term::Div(a, b),
        }
    }

    fn later(&mut self, name: &Ident) -> Option<Term> {
        let known = self.statistics.iter().chain(&self.aliases).any(|s| s.0 == *name);
        let at = self.d.lets.iter().position(|l| l.name == *name && l.name != "y").filter(|_| !known)?;
        self.used.insert(name.to_string());
        Some(Term::Later(at))
    }

    fn function(&self, name: &str) -> Result<(Function, usize), String> {
        Function::find(name)
            .ok_or_else(|| format!("`{name}` is not a function here; there are: {}", Function::names()))
    }

    fn call(&mut self, f: Function, args: Vec<Term>, words: &[Word], span: Span) -> Option<Term> {
        if f.pools() {
            return self.pool(f, args, words, span);
        }
        match (f, &args[..]) {
            (Function::Prev, [Term::Statistic(i)]) => return Some(Term::Previous(*i)),
            (Function::Prev, _) => {
                self.errors.at(
                    self.d.name.span(),
                    "`prev` takes the name of a statistic: what it was in the policy's store before this batch",
                );
            }
            _ => {}
        }
        Some(Term::Call(f, args))
    }
}

impl Checker<'_> {
    fn names_are_unique(&mut self) {
        let d = self.d;
        let mut seen = BTreeSet::new();
        let all = d
            .params
            .iter()
            .map(|p| &p.name)
            .chain(d.consts.iter().map(|c| &c.name))
            .chain(d.lets.iter().map(|l| &l.name));
        for name in all {
            let text = name.to_string();
            let is_output = text == "y" && d.lets.iter().any(|l| &l.name == name);
            if RESERVED.contains(&text.as_str()) && !is_output {
                self.errors.at(
                    name.span(),
                    format!(
                        "`{text}` is reserved: x is the input, y the output, n the number of pooled elements"
                    ),
                );
            }
            if Function::find(&text).is_some() {
                self.errors.at(name.span(), format!("`{text}` is a function's name"));
            }
            if !seen.insert(text.clone()) {
                self.errors.at(name.span(), format!("`{text}` is declared twice"));
            }
        }
    }

    /// Site, policy and invariances name known things.
    fn words(&mut self) {
        let one_of = |word: &Ident, known: &[&str]| {
            (!known.contains(&word.to_string().as_str()))
                .then(|| (word.span(), format!("`{word}` is none of: {}", known.join(", "))))
        };
        let d = self.d;
        let site = d.site.as_ref().and_then(|w| one_of(w, &crate::descriptor::SITES.map(|s| s.0)));
        let policy = d.policy.as_ref().and_then(|w| one_of(w, &crate::descriptor::POLICIES.map(|s| s.0)));
        let claims: Vec<_> = d
            .invariances
            .iter()
            .filter_map(|w| one_of(w, &crate::descriptor::INVARIANCES.map(|s| s.0)))
            .collect();
        for (span, message) in site.into_iter().chain(policy).chain(claims) {
            self.errors.at(span, message);
        }
        if let Some(p) = &d.policy
            && p != "instant"
            && d.reference_set.is_rowwise()
        {
            self.errors.at(
                d.reference_span,
                format!(
                    "a {p} policy stores one value per channel, but this reference set lies inside a case"
                ),
            );
        }
    }

    /// Files a let under what it is; the output comes back.
    fn one_let(&mut self, l: &Let) -> Option<Term> {
        let Some(t) = walk(self, &l.value) else {
            self.broken.insert(l.name.to_string());
            return None;
        };
        let t = self.controlled(l, t);
        let pools = t.pools(&self.aliases);
        if l.name == "y" {
            if pools {
                self.errors.at(l.value.span(), "a statistic in `y` needs a name of its own, so that a policy can store it: write `m = mean(...);` on a line before");
            }
            return Some(t);
        }
        let extent = t.extent(&self.aliases);
        let is_shorthand = if self.staged { !pools } else { extent == Extent::Element };
        if is_shorthand {
            if pools {
                self.errors.at(l.value.span(), "a statistic inside a shorthand needs a name of its own: write `m = mean(...);` on a line before");
            }
            self.aliases.push((l.name.clone(), t));
            return None;
        }
        if t.contains(&self.aliases, &|t| matches!(t, Term::Param(_))) {
            self.errors.at(
                l.value.span(),
                format!("the statistic `{}` depends on a parameter: parameters belong in `y`", l.name),
            );
        }
        if extent == Extent::Number {
            self.errors.at(l.name.span(), format!("`{}` does not depend on x: make it a `const`", l.name));
        }
        if self.d.reference_set == ReferenceSet::Nothing {
            self.errors.at(
                l.name.span(),
                format!("`{}` is a statistic, but the declaration is `over nothing`", l.name),
            );
        }
        self.statistics.push((l.name.clone(), t));
        None
    }

    fn lets(&mut self) -> Option<Term> {
        let mut output = None;
        for l in &self.d.lets {
            if output.is_some() && l.name != "y" {
                self.errors.at(l.name.span(), "`y` is the last line");
            }
            if let Some(t) = self.one_let(l) {
                output = Some(t);
            }
        }
        if !self.broken.contains("y") && !self.d.lets.iter().any(|l| l.name == "y") {
            self.errors
                .at(self.d.name.span(), "there is no `y`: the last line says what comes out, `y = ...;`");
        }
        output
    }

    /// Only inside a case is the size of a set known when a parameter is made.
    fn initial_values_are_known(&mut self) {
        let set = self.d.reference_set;
        if set.is_rowwise() && set != ReferenceSet::Nothing {
            return;
        }
        for span in self.d.params.iter().filter_map(|p| p.grows) {
            let message = format!(
                "`sqrt(n)` is the root of the elements of a set inside a case, but the declaration is `over {}`: write a number",
                set.word()
            );
            self.errors.at(span, message);
        }
    }

    /// A block is a whole number of cases.
    fn blocks_are_whole(&mut self) {
        for c in self.d.consts.iter().filter(|c| c.name == "block") {
            if c.default < 1.0 || c.default.fract() != 0.0 {
                let message = format!("a block of {} cases: write a whole number, at least 1", c.default);
                self.errors.at(c.name.span(), message);
            }
        }
    }

    fn eps_is_not_negative(&mut self) {
        for const_ in self.d.consts.iter().filter(|c| c.name == "eps" && c.default < 0.0) {
            self.errors.at(
                const_.name.span(),
                format!("eps is {}: it is added to a variance and must not be negative", const_.default),
            );
        }
    }

    /// Gives a control its number. It stands alone behind a name, by which its state is called.
    fn controlled(&mut self, l: &Let, t: Term) -> Term {
        let is_control = |t: &Term| matches!(t, Term::Call(Function::Controlled, _));
        let t = match t {
            Term::Call(Function::Controlled, of) if l.name != "y" => {
                if of[2].extent(&self.aliases) != Extent::Number {
                    self.errors
                        .at(l.value.span(), "the rate of `controlled` is made of numbers and constants");
                }
                if of[0].extent(&self.aliases) != Extent::Element {
                    self.errors.at(l.value.span(), "`controlled` takes a value that varies inside the set");
                }
                self.controls.push(l.name.clone());
                Term::Controlled { control: self.controls.len() - 1, of }
            }
            other => other,
        };
        if t.contains(&self.aliases, &is_control) {
            self.errors.at(
                l.value.span(),
                "`controlled` needs a name of its own, by which its state is stored: write `c = controlled(...);` on a line before",
            );
        }
        t
    }

    /// A control keeps a state, so there is to be a store; and the gradient of a statistic is no place for one.
    fn controls_have_a_store(&mut self) {
        let control = |t: &Term| matches!(t, Term::Controlled { .. });
        if let Some((name, _)) = self.statistics.iter().find(|s| s.1.contains(&self.aliases, &control)) {
            let message =
                format!("the statistic `{name}` is made of something controlled: that belongs in `y`");
            self.errors.at(name.span(), message);
        }
        if !self.controls.is_empty() && self.d.policy.as_ref().is_none_or(|p| p != "running") {
            let message = "`controlled` needs a store: write `policy running;`";
            self.errors.at(self.d.policy.as_ref().unwrap_or(&self.d.name).span(), message);
        }
    }

    /// Terms that look at a let on a later line look at a statistic.
    fn later_lets_are_statistics(&mut self, mut output: Option<Term>) -> Option<Term> {
        let names: Vec<Ident> = self.statistics.iter().map(|s| s.0.clone()).collect();
        let lets = &self.d.lets;
        let mut missing = Vec::new();
        let mut resolve = |t: &mut Term| {
            if let Term::Later(at) = t {
                match names.iter().position(|name| *name == lets[*at].name) {
                    Some(i) => *t = Term::Previous(i),
                    None => missing.push(lets[*at].name.clone()),
                }
            }
        };
        let terms = self.statistics.iter_mut().chain(&mut self.aliases).map(|s| &mut s.1);
        terms.chain(&mut output).for_each(|t| t.each(&mut resolve));
        for name in missing.iter().filter(|name| !self.broken.contains(&name.to_string())) {
            self.errors.at(
                name.span(),
                "`prev` takes the name of a statistic: what it was in the policy's store before this batch",
            );
        }
        output
    }

    /// Only where averages are stored is there an earlier value.
    fn previous_values_exist(&mut self, output: Option<&Term>) {
        let previous = |t: &Term| matches!(t, Term::Previous(_));
        let mut terms = self.statistics.iter().map(|s| &s.1).chain(output);
        let used = terms.any(|t| t.contains(&self.aliases, &previous));
        if used && self.d.policy.as_ref().is_none_or(|p| p != "running") {
            let message = "`prev` needs a store: write `policy running;`";
            self.errors.at(self.d.policy.as_ref().unwrap_or(&self.d.name).span(), message);
        }
    }

    fn everything_is_used(&mut self) {
        let d = self.d;
        let names = d.params.iter().map(|p| &p.name).chain(d.consts.iter().map(|k| &k.name));
        // A block is the policy's, and a rate may be.
        let policys = |name: &Ident| {
            (name == "block" || name == "rate") && d.policy.as_ref().is_some_and(|p| p == "running")
        };
        for name in names.chain(d.lets.iter().map(|l| &l.name)) {
            if *name != "y" && !policys(name) && !self.used.contains(&name.to_string()) {
                self.errors.at(name.span(), format!("`{name}` is never used"));
            }
        }
    }

    /// For each statistic the sweep after which it is known.
    fn levels(&mut self) -> Vec<usize> {
        let mut levels: Vec<usize> = Vec::new();
        for (_, t) in &self.statistics {
            let level = t.level(&self.aliases, &levels, false);
            levels.push(level);
        }
        if let Some((i, level)) = levels.iter().enumerate().find(|(_, l)| **l >= MAX_LEVELS) {
            self.errors.at(
                self.statistics[i].0.span(),
                format!(
                    "statistics that depend on each other need {} sweeps; the skeletons make {MAX_LEVELS}",
                    level + 1
                ),
            );
        }
        levels
    }
}

impl Formula {
    /// Checks a declaration. All errors are reported at once.
    pub fn of(d: &Declaration) -> syn::Result<Self> {
        let mut c = Checker {
            d,
            statistics: Vec::new(),
            aliases: Vec::new(),
            controls: Vec::new(),
            staged: crate::staged::is_staged(d),
            pooled: Vec::new(),
            used: BTreeSet::new(),
            broken: d.broken.iter().map(ToString::to_string).collect(),
            errors: d.errors.clone(),
        };
        c.names_are_unique();
        c.words();
        let output = c.lets();
        let output = c.later_lets_are_statistics(output);
        c.previous_values_exist(output.as_ref());
        c.controls_have_a_store();
        c.initial_values_are_known();
        c.eps_is_not_negative();
        c.blocks_are_whole();
        d.check_ranges(&mut c.errors);
        // What is left out because of another error is no error of its own.
        if c.errors.is_empty() {
            c.everything_is_used();
        }
        if let Some(y) = &output
            && c.errors.is_empty()
            && !y.contains(&c.aliases, &|t| matches!(t, Term::X))
        {
            c.errors.at(d.name.span(), "`y` does not depend on x");
        }
        let (levels, axes) =
            if c.staged { (Vec::new(), c.staged_axes(output.as_ref())) } else { (c.levels(), Vec::new()) };
        c.starts_are_statistics();
        c.errors.finish()?;
        let output = output.ok_or_else(|| syn::Error::new(d.name.span(), "there is no `y`"))?;
        Ok(Self {
            declaration: d.clone(),
            statistics: c.statistics,
            aliases: c.aliases,
            controls: c.controls,
            output,
            levels,
            staged: c.staged,
            axes,
        })
    }
}
