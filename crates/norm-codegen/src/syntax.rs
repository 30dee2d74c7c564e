//! The syntax of expressions, walked once for both macros: names, numbers, `+ - * /` and calls.

use proc_macro2::{Ident, Span};
use syn::spanned::Spanned;
use syn::{BinOp, Expr, ExprCall, Lit, UnOp};

use crate::operators::Function;
use crate::sets::Word;

/// What stands between two expressions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Arithmetic {
    Add,
    Sub,
    Mul,
    Div,
}

/// Errors, collected: all of a declaration are reported at once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Errors(Option<syn::Error>);

impl Errors {
    pub(crate) fn push(&mut self, e: syn::Error) {
        match &mut self.0 {
            None => self.0 = Some(e),
            Some(all) => all.combine(e),
        }
    }

    pub(crate) fn at(&mut self, span: Span, message: impl std::fmt::Display) {
        self.push(syn::Error::new(span, message));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Nothing, or all that was wrong.
    pub(crate) fn finish(self) -> syn::Result<()> {
        self.0.map_or(Ok(()), Err)
    }
}

/// What a macro makes of the pieces of an expression.
pub(crate) trait Meaning {
    /// What an expression becomes.
    type Value;
    fn errors(&mut self) -> &mut Errors;
    fn number(&mut self, v: f64) -> Self::Value;
    /// Nothing where the name means nothing; that has been reported then, or its own line was wrong.
    fn name(&mut self, name: &Ident) -> Option<Self::Value>;
    fn neg(&mut self, a: Self::Value) -> Self::Value;
    fn binary(&mut self, op: Arithmetic, a: Self::Value, b: Self::Value) -> Self::Value;
    /// What a let on a later line was before this batch; nothing where the name is not that of one.
    fn later(&mut self, name: &Ident) -> Option<Self::Value>;
    /// The function of that name and how many arguments it takes, or why there is none.
    fn function(&self, name: &str) -> Result<(Function, usize), String>;
    /// `words` stand behind the values, where the function takes any: a set, and how a window lies.
    fn call(
        &mut self,
        f: Function,
        args: Vec<Self::Value>,
        words: &[Word],
        span: Span,
    ) -> Option<Self::Value>;
}

/// Walks an expression. Nothing comes back where something in it is wrong; everything wrong in it is reported.
pub(crate) fn walk<M: Meaning>(m: &mut M, e: &Expr) -> Option<M::Value> {
    inside(m, e, false)
}

/// `pooled`: whether a function around this expression pools.
fn inside<M: Meaning>(m: &mut M, e: &Expr, pooled: bool) -> Option<M::Value> {
    match e {
        Expr::Lit(l) => {
            let value = match &l.lit {
                Lit::Float(f) => f.base10_parse(),
                Lit::Int(i) => i.base10_parse(),
                other => Err(syn::Error::new(other.span(), "expected a number")),
            };
            match value {
                Ok(v) => Some(m.number(v)),
                Err(e) => {
                    m.errors().push(e);
                    None
                }
            }
        }
        Expr::Paren(p) => inside(m, &p.expr, pooled),
        Expr::Group(p) => inside(m, &p.expr, pooled),
        Expr::Unary(u) if matches!(u.op, UnOp::Neg(_)) => {
            let a = inside(m, &u.expr, pooled)?;
            Some(m.neg(a))
        }
        Expr::Binary(b) => {
            let (left, right) = (inside(m, &b.left, pooled), inside(m, &b.right, pooled));
            let op = match b.op {
                BinOp::Add(_) => Arithmetic::Add,
                BinOp::Sub(_) => Arithmetic::Sub,
                BinOp::Mul(_) => Arithmetic::Mul,
                BinOp::Div(_) => Arithmetic::Div,
                _ => {
                    m.errors().at(
                        b.op.span(),
                        "only + - * / stand between expressions; powers are `square(x)` and `pow(x, p)`",
                    );
                    return None;
                }
            };
            Some(m.binary(op, left?, right?))
        }
        Expr::Path(p) => {
            if let Some(name) = p.path.get_ident() {
                m.name(name)
            } else {
                m.errors().at(p.span(), "expected a name");
                None
            }
        }
        Expr::Call(c) => call(m, c, pooled),
        other => {
            m.errors().at(other.span(), "a formula is made of names, numbers, + - * / and function calls");
            None
        }
    }
}

fn call<M: Meaning>(m: &mut M, c: &ExprCall, pooled: bool) -> Option<M::Value> {
    let name = match &*c.func {
        Expr::Path(p) => p.path.get_ident(),
        _ => None,
    };
    let Some(name) = name else {
        m.errors().at(c.func.span(), "expected the name of a function");
        return None;
    };
    let (function, arity) = match m.function(&name.to_string()) {
        Ok(found) => found,
        Err(message) => {
            m.errors().at(name.span(), message);
            return None;
        }
    };
    // What was stored before the batch is known before the line that says what is stored of it.
    if function == Function::Prev
        && let [Expr::Path(p)] = c.args.iter().collect::<Vec<_>>()[..]
        && let Some(later) = p.path.get_ident().and_then(|name| m.later(name))
    {
        return Some(later);
    }
    if function.pools() && pooled {
        m.errors().at(name.span(), format!("a statistic inside a statistic needs a name of its own: write `m = {name}(...);` on a line before"));
    }
    let values = if function.pools() { arity.min(c.args.len()) } else { c.args.len() };
    let args: Vec<_> = c.args.iter().take(values).map(|a| inside(m, a, pooled || function.pools())).collect();
    let mut words = Vec::new();
    for e in c.args.iter().skip(values) {
        match Word::of(e) {
            Some(word) => words.push(word),
            None => m.errors().at(e.span(), "expected a word, such as the name of a set"),
        }
    }
    if args.len() != arity {
        m.errors().at(c.span(), format!("`{name}` takes {arity} argument(s), got {}", args.len()));
        return None;
    }
    let args = args.into_iter().collect::<Option<_>>()?;
    m.call(function, args, &words, name.span())
}
