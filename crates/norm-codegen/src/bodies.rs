//! From expressions to straight-line Rust. Each node becomes one `let`; what does not vary inside a reference
//! set is set apart (*hoisted*) and handed in.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;
use symbolic::{Axes, Binary, ExprId, Graph, Node, Unary};

/// What a hoisted slot holds.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Slot {
    One(ExprId),
    Product(Vec<ExprId>),
    Sum(Vec<ExprId>),
}

/// The slots of one body, in first-seen order.
#[derive(Debug, Default)]
pub(crate) struct Slots(pub(crate) Vec<Slot>);

impl Slots {
    fn index(&mut self, slot: Slot) -> usize {
        if let Some(i) = self.0.iter().position(|s| *s == slot) {
            return i;
        }
        self.0.push(slot);
        self.0.len() - 1
    }
}

/// Writes one function body.
pub(crate) struct Body<'a> {
    graph: &'a Graph,
    /// Tokens of a leaf: a symbol, a count, or a reduction that a sweep has made.
    leaf: &'a dyn Fn(ExprId) -> Option<TokenStream>,
    /// The constants, which every body has as plain numbers `c`.
    consts: &'a [ExprId],
    hoist: Option<(Axes, &'a mut Slots)>,
    known: BTreeMap<ExprId, Ident>,
    roots: BTreeMap<(ExprId, bool), Ident>,
    lines: Vec<TokenStream>,
}

enum Factor {
    Times(TokenStream),
    Number(f64),
}

impl<'a> Body<'a> {
    pub(crate) fn new(
        graph: &'a Graph,
        leaf: &'a dyn Fn(ExprId) -> Option<TokenStream>,
        consts: &'a [ExprId],
        hoist: Option<(Axes, &'a mut Slots)>,
    ) -> Self {
        Self { graph, leaf, consts, hoist, known: BTreeMap::new(), roots: BTreeMap::new(), lines: Vec::new() }
    }

    pub(crate) fn lines(self) -> TokenStream {
        let lines = self.lines;
        quote!(#(#lines)*)
    }

    #[expect(clippy::needless_pass_by_value, reason = "tokens are made for this call and end in it")]
    fn bind(&mut self, value: TokenStream) -> Ident {
        let name = Ident::new(&format!("t{}", self.lines.len()), Span::call_site());
        self.lines.push(quote!(let #name = #value;));
        name
    }

    fn literal(value: f64) -> TokenStream {
        quote!(V::lit(#value))
    }

    fn is_hoisted(&self, e: ExprId) -> bool {
        let Some((outer, _)) = &self.hoist else { return false };
        // A bare number or constant is cheaper as a literal than as a slot.
        self.graph.axes(e).is_subset(*outer)
            && self
                .graph
                .topological(&[e])
                .iter()
                .any(|n| !self.graph.axes(*n).is_empty() || matches!(self.graph.node(*n), Node::Count(_)))
    }

    fn slot(&mut self, slot: Slot) -> TokenStream {
        let Some((_, slots)) = &mut self.hoist else { return TokenStream::new() };
        let i = slots.index(slot);
        quote!(h[#i])
    }

    /// The variable that holds a slot's value, in the hoisting function.
    pub(crate) fn slot_value(&mut self, slot: &Slot) -> Ident {
        match slot {
            Slot::One(e) => self.value(*e),
            Slot::Product(list) => {
                let v = self.product(list);
                self.bind(v)
            }
            Slot::Sum(list) => {
                let v = self.sum(list);
                self.bind(v)
            }
        }
    }

    /// The variable that holds a node's value.
    pub(crate) fn value(&mut self, e: ExprId) -> Ident {
        if let Some(v) = self.known.get(&e) {
            return v.clone();
        }
        let tokens = self.tokens(e);
        let v = self.bind(tokens);
        self.known.insert(e, v.clone());
        v
    }

    fn tokens(&mut self, e: ExprId) -> TokenStream {
        if let Some(t) = (self.leaf)(e)
            && !self.is_hoisted(e)
        {
            return t;
        }
        if self.is_hoisted(e) {
            return self.slot(Slot::One(e));
        }
        match self.graph.node(e).clone() {
            Node::Const(v) => Self::literal(v.get()),
            Node::Symbol(_) | Node::Count(_) | Node::Sum(..) | Node::Mean(..) | Node::Window(..) => {
                // Every leaf is known to the caller; a leaf that is not would be a hole in the schedule.
                let text = format!("no value for `{}` in this sweep", self.graph.to_text(e));
                quote!(compile_error!(#text))
            }
            Node::Add(list) => self.sum(&list),
            Node::Mul(list) => self.product(&list),
            Node::Pow(base, exponent) => {
                let mut factors = Vec::new();
                self.power(base, exponent.get(), &mut factors);
                fold(factors)
            }
            Node::PowExpr(base, exponent) => {
                let b = self.value(base);
                if let Some(x) = self.number(exponent) {
                    return quote!(#b.pow(#x));
                }
                let x = self.value(exponent);
                quote!((#x * #b.ln()).exp())
            }
            // The control is a matter of the backward pass.
            Node::Controlled { value, .. } => {
                let value = self.value(value);
                quote!(#value)
            }
            Node::Unary(op, a) => {
                let a = self.value(a);
                match op {
                    Unary::Exp => quote!(#a.exp()),
                    Unary::Ln => quote!(#a.ln()),
                    Unary::Tanh => quote!(#a.tanh()),
                    Unary::Sigmoid => quote!(#a.sigmoid()),
                    Unary::Erf => quote!(#a.erf()),
                    Unary::Abs => quote!(#a.abs()),
                    Unary::Sign => quote!(#a.sign()),
                    Unary::Step => quote!(#a.step()),
                    Unary::StopGradient => quote!(#a),
                }
            }
            Node::Binary(op, a, b) => {
                let (a, b) = (self.value(a), self.value(b));
                match op {
                    Binary::Max => quote!(#a.max(#b)),
                    Binary::Min => quote!(#a.min(#b)),
                    Binary::ReplaceGradient => quote!(#a),
                }
            }
        }
    }

    /// An expression of numbers and constants alone, as an `f64`: the same for every element, so that a power can
    /// choose its form outside the loop.
    fn number(&self, e: ExprId) -> Option<TokenStream> {
        if let Some(i) = self.consts.iter().position(|c| *c == e) {
            return Some(quote!(c[#i]));
        }
        let joined = |list: &[ExprId], with: TokenStream| {
            let mut all = list.iter().map(|e| self.number(*e));
            let first = all.next()??;
            all.try_fold(first, |left, right| right.map(|right| quote!(#left #with #right)))
                .map(|all| quote!((#all)))
        };
        match self.graph.node(e) {
            Node::Const(v) => {
                let v = v.get();
                Some(quote!(#v))
            }
            Node::Add(list) => joined(list, quote!(+)),
            Node::Mul(list) => joined(list, quote!(*)),
            Node::Pow(base, exponent) if exponent.get() == -1.0 => {
                let base = self.number(*base)?;
                Some(quote!((1.0 / #base)))
            }
            _ => None,
        }
    }

    /// `sqrt(base)` or `1/sqrt(base)` or `1/base`, once.
    fn root(&mut self, base: ExprId, reciprocal: bool, square: bool) -> Ident {
        let key = (base, reciprocal);
        if !square && let Some(v) = self.roots.get(&key) {
            return v.clone();
        }
        let b = self.value(base);
        let root = if square { quote!(#b) } else { quote!(#b.sqrt()) };
        let v = self.bind(if reciprocal { quote!(V::lit(1.0) / #root) } else { root });
        if !square {
            self.roots.insert(key, v.clone());
        }
        v
    }

    /// Factors of a constant power, to be multiplied one by one: `v^(-3/2)` is three factors `1/sqrt(v)`, so that
    /// no partial product leaves the range of the whole.
    fn power(&mut self, base: ExprId, exponent: f64, factors: &mut Vec<Factor>) {
        let twice = exponent * 2.0;
        if twice.fract() == 0.0 && twice.abs() <= 16.0 {
            if exponent.fract() == 0.0 {
                let v = if exponent > 0.0 { self.value(base) } else { self.root(base, true, true) };
                (0..exponent.abs() as usize).for_each(|_| factors.push(Factor::Times(quote!(#v))));
            } else {
                let v = self.root(base, exponent < 0.0, false);
                if exponent > 0.0 {
                    let b = self.value(base);
                    (0..exponent.floor() as usize).for_each(|_| factors.push(Factor::Times(quote!(#b))));
                    factors.push(Factor::Times(quote!(#v)));
                } else {
                    (0..twice.abs() as usize).for_each(|_| factors.push(Factor::Times(quote!(#v))));
                }
            }
            return;
        }
        let b = self.value(base);
        let x = Self::literal(exponent);
        factors.push(Factor::Times(quote!((#x * #b.ln()).exp())));
    }

    fn product(&mut self, list: &[ExprId]) -> TokenStream {
        let mut number = 1.0;
        let (mut hoisted, mut compound, mut symbols, mut powers) = (vec![], vec![], vec![], vec![]);
        for &e in list {
            match self.graph.node(e) {
                Node::Const(v) => number *= v.get(),
                _ if self.is_hoisted(e) => hoisted.push(e),
                Node::Pow(..) | Node::Mul(_) if (self.leaf)(e).is_some() => symbols.push(e),
                Node::Pow(base, x) if x.get() < 0.0 || x.get().fract() != 0.0 => {
                    powers.push((*base, x.get()));
                }
                Node::Symbol(_) => symbols.push(e),
                _ => compound.push(e),
            }
        }
        let mut factors = Vec::new();
        for e in compound {
            if let Node::Pow(base, x) = self.graph.node(e).clone() {
                self.power(base, x.get(), &mut factors);
            } else {
                let v = self.value(e);
                factors.push(Factor::Times(quote!(#v)));
            }
        }
        if hoisted.is_empty() {
            if number != 1.0 {
                factors.insert(0, Factor::Number(number));
            }
        } else {
            let slot = if hoisted.len() == 1 && number == 1.0 {
                self.value(hoisted[0])
            } else {
                if number != 1.0 {
                    let constant =
                        list.iter().copied().find(|e| matches!(self.graph.node(*e), Node::Const(_)));
                    hoisted.extend(constant);
                }
                let s = self.slot(Slot::Product(hoisted));
                self.bind(s)
            };
            factors.push(Factor::Times(quote!(#slot)));
        }
        for e in symbols {
            let v = self.value(e);
            factors.push(Factor::Times(quote!(#v)));
        }
        for (base, x) in powers {
            self.power(base, x, &mut factors);
        }
        fold(factors)
    }

    fn sum(&mut self, list: &[ExprId]) -> TokenStream {
        let (outer, inner): (Vec<ExprId>, Vec<ExprId>) = list.iter().partition(|e| self.is_hoisted(**e));
        let mut plus = Vec::new();
        let mut minus = Vec::new();
        let mut add = |body: &mut Self, e: ExprId| match body.graph.node(e).clone() {
            Node::Const(v) if v.get() < 0.0 => minus.push(Self::literal(-v.get())),
            Node::Mul(_) if (body.leaf)(e).is_some() => {
                let v = body.value(e);
                plus.push(quote!(#v));
            }
            Node::Mul(factors) if matches!(body.graph.as_number(factors[0]), Some(c) if c == -1.0) => {
                let rest = &factors[1..];
                let v = if let [one] = rest {
                    body.value(*one)
                } else {
                    let p = body.product(rest);
                    body.bind(p)
                };
                minus.push(quote!(#v));
            }
            _ => {
                let v = body.value(e);
                plus.push(quote!(#v));
            }
        };
        for e in inner {
            add(self, e);
        }
        match outer.as_slice() {
            [] => {}
            [one] => add(self, *one),
            _ => {
                let s = self.slot(Slot::Sum(outer));
                let v = self.bind(s);
                plus.push(quote!(#v));
            }
        }
        let mut terms = plus.into_iter();
        let mut all = terms.next().unwrap_or_else(|| Self::literal(0.0));
        for t in terms {
            all = quote!(#all + #t);
        }
        for t in minus {
            all = quote!(#all - #t);
        }
        all
    }
}

fn fold(factors: Vec<Factor>) -> TokenStream {
    let mut sign = false;
    let mut all: Option<TokenStream> = None;
    for f in factors {
        let t = match f {
            Factor::Number(-1.0) => {
                sign = !sign;
                continue;
            }
            Factor::Number(v) => Body::literal(v),
            Factor::Times(t) => t,
        };
        all = Some(match all {
            None => t,
            Some(a) => quote!(#a * #t),
        });
    }
    let all = all.unwrap_or_else(|| Body::literal(1.0));
    if sign { quote!(-(#all)) } else { all }
}
