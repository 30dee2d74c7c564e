//! The declaration, checked and typed: which let is a statistic, which a shorthand, what depends on what.

use std::collections::BTreeSet;

use proc_macro2::{Ident, Span};
use symbolic::Axes;
use syn::spanned::Spanned;
use syn::{BinOp, Expr, Lit, UnOp};

use crate::declaration::{Declaration, Let, ParamAxis, ReferenceSet};
use crate::operators::Function;

/// Names that mean something already.
const RESERVED: [&str; 5] = ["x", "y", "n", "dx", "dy"];

/// How many dependent sweeps the skeletons can make.
const MAX_LEVELS: usize = 4;

/// A checked expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Term {
    Number(f64),
    X,
    /// How many elements a reference set pools.
    Count,
    Param(usize),
    Const(usize),
    Statistic(usize),
    Alias(usize),
    Add(Box<Term>, Box<Term>),
    Sub(Box<Term>, Box<Term>),
    Mul(Box<Term>, Box<Term>),
    Div(Box<Term>, Box<Term>),
    Neg(Box<Term>),
    Call(Function, Vec<Term>),
}

/// What a term varies over, coarsely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Extent {
    Number,
    Set,
    Element,
}

/// A checked declaration.
#[derive(Debug, Clone)]
pub struct Formula {
    pub(crate) declaration: Declaration,
    pub(crate) statistics: Vec<(Ident, Term)>,
    pub(crate) aliases: Vec<(Ident, Term)>,
    pub(crate) output: Term,
    /// For each statistic the sweep after which it is known.
    pub(crate) levels: Vec<usize>,
}

struct Checker<'a> {
    d: &'a Declaration,
    statistics: Vec<(Ident, Term)>,
    aliases: Vec<(Ident, Term)>,
    used: BTreeSet<String>,
    /// Lets whose own line is wrong: their uses are no errors of their own.
    broken: BTreeSet<String>,
    errors: Option<syn::Error>,
}

impl Checker<'_> {
    fn error(&mut self, span: Span, message: impl std::fmt::Display) {
        let e = syn::Error::new(span, message);
        match &mut self.errors {
            None => self.errors = Some(e),
            Some(all) => all.combine(e),
        }
    }

    fn term(&mut self, e: &Expr, inside_pool: bool) -> Option<Term> {
        match e {
            Expr::Lit(l) => match &l.lit {
                Lit::Float(f) => f.base10_parse().ok().map(Term::Number),
                Lit::Int(i) => i.base10_parse::<f64>().ok().map(Term::Number),
                other => {
                    self.error(other.span(), "expected a number");
                    None
                }
            },
            Expr::Paren(p) => self.term(&p.expr, inside_pool),
            Expr::Group(p) => self.term(&p.expr, inside_pool),
            Expr::Unary(u) if matches!(u.op, UnOp::Neg(_)) => {
                Some(Term::Neg(Box::new(self.term(&u.expr, inside_pool)?)))
            }
            Expr::Binary(b) => {
                let left = self.term(&b.left, inside_pool);
                let right = self.term(&b.right, inside_pool);
                let (l, r) = (Box::new(left?), Box::new(right?));
                match b.op {
                    BinOp::Add(_) => Some(Term::Add(l, r)),
                    BinOp::Sub(_) => Some(Term::Sub(l, r)),
                    BinOp::Mul(_) => Some(Term::Mul(l, r)),
                    BinOp::Div(_) => Some(Term::Div(l, r)),
                    _ => {
                        self.error(
                            b.op.span(),
                            "only + - * / stand between expressions; powers are `square(x)` and `pow(x, p)`",
                        );
                        None
                    }
                }
            }
            Expr::Path(p) => {
                if let Some(name) = p.path.get_ident() {
                    self.name(name)
                } else {
                    self.error(p.span(), "expected a name");
                    None
                }
            }
            Expr::Call(c) => self.call(c, inside_pool),
            other => {
                self.error(other.span(), "a formula is made of names, numbers, + - * / and function calls");
                None
            }
        }
    }

    fn name(&mut self, name: &Ident) -> Option<Term> {
        let text = name.to_string();
        self.used.insert(text.clone());
        if text == "x" {
            return Some(Term::X);
        }
        if text == "n" {
            return Some(Term::Count);
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
            self.error(
                name.span(),
                format!("`{text}` is used before it is known: lets stand in the order of their use"),
            );
        } else {
            let known: Vec<String> = std::iter::once("x".to_owned())
                .chain(self.d.params.iter().map(|p| p.name.to_string()))
                .chain(self.d.consts.iter().map(|p| p.name.to_string()))
                .chain(self.statistics.iter().chain(&self.aliases).map(|s| s.0.to_string()))
                .collect();
            self.error(name.span(), format!("`{text}` is not known here; known are: {}", known.join(", ")));
        }
        None
    }

    fn call(&mut self, c: &syn::ExprCall, inside_pool: bool) -> Option<Term> {
        let name = match &*c.func {
            Expr::Path(p) => p.path.get_ident().cloned(),
            _ => None,
        };
        let Some(name) = name else {
            self.error(c.func.span(), "expected the name of a function");
            return None;
        };
        let Some((function, arity)) = Function::find(&name.to_string()) else {
            self.error(
                name.span(),
                format!("`{name}` is not a function here; there are: {}", Function::names()),
            );
            return None;
        };
        if function.pools() && inside_pool {
            self.error(name.span(), format!("a statistic inside a statistic needs a name of its own: write `m = {name}(...);` on a line before"));
        }
        let args: Vec<Option<Term>> =
            c.args.iter().map(|a| self.term(a, inside_pool || function.pools())).collect();
        if args.len() != arity {
            self.error(c.span(), format!("`{name}` takes {arity} argument(s), got {}", args.len()));
            return None;
        }
        Some(Term::Call(function, args.into_iter().collect::<Option<_>>()?))
    }

    fn extent(&self, t: &Term) -> Extent {
        match t {
            Term::Number(_) | Term::Const(_) | Term::Count => Extent::Number,
            // Whether a parameter varies inside a set is the skeleton's business; a let made of parameters is
            // no statistic, so it counts as varying.
            Term::X | Term::Param(_) => Extent::Element,
            Term::Statistic(_) => Extent::Set,
            Term::Alias(i) => self.extent(&self.aliases[*i].1),
            Term::Add(a, b) | Term::Sub(a, b) | Term::Mul(a, b) | Term::Div(a, b) => {
                self.extent(a).max(self.extent(b))
            }
            Term::Neg(a) => self.extent(a),
            Term::Call(f, _) if f.pools() => Extent::Set,
            Term::Call(_, a) => a.iter().map(|a| self.extent(a)).max().unwrap_or(Extent::Number),
        }
    }

    fn contains(&self, t: &Term, what: &impl Fn(&Term) -> bool) -> bool {
        what(t)
            || match t {
                Term::Alias(i) => self.contains(&self.aliases[*i].1, what),
                Term::Add(a, b) | Term::Sub(a, b) | Term::Mul(a, b) | Term::Div(a, b) => {
                    self.contains(a, what) || self.contains(b, what)
                }
                Term::Neg(a) => self.contains(a, what),
                Term::Call(_, a) => a.iter().any(|a| self.contains(a, what)),
                Term::Number(_)
                | Term::X
                | Term::Count
                | Term::Param(_)
                | Term::Const(_)
                | Term::Statistic(_) => false,
            }
    }

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
                self.error(
                    name.span(),
                    format!(
                        "`{text}` is reserved: x is the input, y the output, n the number of pooled elements"
                    ),
                );
            }
            if Function::find(&text).is_some() {
                self.error(name.span(), format!("`{text}` is a function's name"));
            }
            if !seen.insert(text.clone()) {
                self.error(name.span(), format!("`{text}` is declared twice"));
            }
        }
    }

    fn one_let(&mut self, l: &Let) -> Option<Term> {
        let Some(t) = self.term(&l.value, false) else {
            self.broken.insert(l.name.to_string());
            return None;
        };
        if l.name == "y" {
            if self.contains(&t, &|t| matches!(t, Term::Call(f, _) if f.pools())) {
                self.error(l.value.span(), "a statistic in `y` needs a name of its own, so that a policy can store it: write `m = mean(...);` on a line before");
            }
            return Some(t);
        }
        let extent = self.extent(&t);
        if extent == Extent::Element {
            if self.contains(&t, &|t| matches!(t, Term::Call(f, _) if f.pools())) {
                self.error(l.value.span(), "a statistic inside a shorthand needs a name of its own: write `m = mean(...);` on a line before");
            }
            self.aliases.push((l.name.clone(), t));
            return None;
        }
        if self.contains(&t, &|t| matches!(t, Term::Param(_))) {
            self.error(
                l.value.span(),
                format!("the statistic `{}` depends on a parameter: parameters belong in `y`", l.name),
            );
        }
        if extent == Extent::Number {
            self.error(l.name.span(), format!("`{}` does not depend on x: make it a `const`", l.name));
        }
        if self.d.reference_set == ReferenceSet::Nothing {
            self.error(
                l.name.span(),
                format!("`{}` is a statistic, but the declaration is `over nothing`", l.name),
            );
        }
        self.statistics.push((l.name.clone(), t));
        None
    }
}

impl Formula {
    /// Checks a declaration. All errors are reported at once.
    pub fn of(d: &Declaration) -> syn::Result<Self> {
        let mut c = Checker {
            d,
            statistics: Vec::new(),
            aliases: Vec::new(),
            used: BTreeSet::new(),
            broken: BTreeSet::new(),
            errors: d.errors.clone(),
        };
        c.names_are_unique();
        c.words();
        let mut output = None;
        for l in &d.lets {
            if output.is_some() && l.name != "y" {
                c.error(l.name.span(), "`y` is the last line");
            }
            if let Some(t) = c.one_let(l) {
                output = Some(t);
            }
        }
        if !d.lets.iter().any(|l| l.name == "y") {
            c.error(d.name.span(), "there is no `y`: the last line says what comes out, `y = ...;`");
        }
        for const_ in &d.consts {
            if const_.name == "eps" && const_.default < 0.0 {
                c.error(
                    const_.name.span(),
                    format!("eps is {}: it is added to a variance and must not be negative", const_.default),
                );
            }
        }
        let unused: Vec<Ident> = d
            .params
            .iter()
            .map(|p| &p.name)
            .chain(d.consts.iter().map(|k| &k.name))
            .chain(d.lets.iter().map(|l| &l.name))
            .filter(|name| *name != "y" && !c.used.contains(&name.to_string()))
            .cloned()
            .collect();
        if c.errors.is_none() {
            for name in unused {
                c.error(name.span(), format!("`{name}` is never used"));
            }
        }
        if let Some(y) = &output
            && c.errors.is_none()
            && !c.contains(y, &|t| matches!(t, Term::X))
        {
            c.error(d.name.span(), "`y` does not depend on x");
        }
        let levels = c.levels();
        if let Some((i, _)) = levels.iter().enumerate().find(|(_, l)| **l >= MAX_LEVELS) {
            let span = c.statistics[i].0.span();
            c.error(
                span,
                format!(
                    "statistics that depend on each other need {} sweeps; the skeletons make {MAX_LEVELS}",
                    levels[i] + 1
                ),
            );
        }
        if let Some(e) = c.errors {
            return Err(e);
        }
        let output = output.ok_or_else(|| syn::Error::new(d.name.span(), "there is no `y`"))?;
        Ok(Self { declaration: d.clone(), statistics: c.statistics, aliases: c.aliases, output, levels })
    }

    /// The type's name.
    pub fn name(&self) -> &Ident {
        &self.declaration.name
    }

    /// Statistic names in order.
    pub fn statistic_names(&self) -> Vec<String> {
        self.statistics.iter().map(|s| s.0.to_string()).collect()
    }

    /// Parameter names, axes and initial values in order.
    pub fn param_specs(&self) -> Vec<(String, ParamAxis, f64)> {
        self.declaration.params.iter().map(|p| (p.name.to_string(), p.axis, p.initial)).collect()
    }

    /// Constant names and defaults in order.
    pub fn const_specs(&self) -> Vec<(String, f64)> {
        self.declaration.consts.iter().map(|c| (c.name.to_string(), c.default)).collect()
    }

    /// The reference set.
    pub fn reference_set(&self) -> ReferenceSet {
        self.declaration.reference_set
    }

    /// Axes that a reference set pools.
    pub fn set_axes(&self) -> Axes {
        if self.reference_set().is_rowwise() { Axes::K | Axes::S } else { Axes::N | Axes::S }
    }

    /// Number of sweeps.
    pub(crate) fn sweeps(&self) -> usize {
        self.levels.iter().map(|l| l + 1).max().unwrap_or(0)
    }

    /// Whether a statistic is the mean squared deviation from a mean.
    pub(crate) fn is_variance(&self, i: usize) -> bool {
        let is_mean = |s: usize| self.statistics[s].1 == Term::Call(Function::Mean, vec![Term::X]);
        let deviation = |t: &Term| match t {
            Term::Sub(a, b) => **a == Term::X && matches!(**b, Term::Statistic(s) if is_mean(s)),
            _ => false,
        };
        let unalias = |t: &Term| match t {
            Term::Alias(i) => self.aliases[*i].1.clone(),
            other => other.clone(),
        };
        match &self.statistics[i].1 {
            Term::Call(Function::Mean, a) => match &a[0] {
                Term::Call(Function::Square, a) => deviation(&unalias(&a[0])),
                Term::Mul(a, b) => a == b && deviation(&unalias(a)),
                _ => false,
            },
            _ => false,
        }
    }
}

impl Checker<'_> {
    /// Site, policy and invariances name known things.
    fn words(&mut self) {
        let one_of = |word: &Ident, known: &[&str]| {
            (!known.contains(&word.to_string().as_str()))
                .then(|| (word.span(), format!("`{word}` is none of: {}", known.join(", "))))
        };
        let d = self.d;
        let site = d.site.as_ref().and_then(|w| one_of(w, &crate::emit::SITES.map(|s| s.0)));
        let policy = d.policy.as_ref().and_then(|w| one_of(w, &crate::emit::POLICIES.map(|s| s.0)));
        let claims: Vec<_> =
            d.invariances.iter().filter_map(|w| one_of(w, &crate::emit::INVARIANCES.map(|s| s.0))).collect();
        for (span, message) in site.into_iter().chain(policy).chain(claims) {
            self.error(span, message);
        }
        if let Some(p) = &d.policy
            && p == "running"
            && d.reference_set.is_rowwise()
        {
            self.error(
                d.reference_span,
                "a running policy stores one value per channel, but this reference set lies inside a case",
            );
        }
    }

    fn levels(&self) -> Vec<usize> {
        let mut levels: Vec<usize> = Vec::new();
        for (_, t) in &self.statistics {
            let level = self.level(t, &levels, false);
            levels.push(level);
        }
        levels
    }

    /// The sweep after which a term is known, given the sweeps of earlier statistics.
    fn level(&self, t: &Term, levels: &[usize], pooled: bool) -> usize {
        match t {
            Term::Statistic(i) => levels[*i] + usize::from(pooled),
            Term::Alias(i) => self.level(&self.aliases[*i].1, levels, pooled),
            Term::Add(a, b) | Term::Sub(a, b) | Term::Mul(a, b) | Term::Div(a, b) => {
                self.level(a, levels, pooled).max(self.level(b, levels, pooled))
            }
            Term::Neg(a) => self.level(a, levels, pooled),
            Term::Call(f, a) => {
                a.iter().map(|a| self.level(a, levels, pooled || f.pools())).max().unwrap_or(0)
            }
            Term::Number(_) | Term::X | Term::Count | Term::Param(_) | Term::Const(_) => 0,
        }
    }
}
