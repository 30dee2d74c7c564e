//! `pointwise!`: several inputs, several outputs, nothing pooled.
//!
//! ```text
//! /// Title.
//! [pub] Name(citation_key) {
//!     in i, f, g, c0;
//!     c = sigmoid(f) * c0 + sigmoid(i) * tanh(g);
//!     out c;
//! }
//! ```

use proc_macro2::{Span, TokenStream};
use quote::quote;
use symbolic::{Axes, ExprId, Graph};
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, Expr, Ident, Token, Visibility, braced, parenthesized};

use crate::bodies::Body;
use crate::declaration::doc_lines;
use crate::docs::Line;
use crate::operators::Function;
use crate::sets::Word;
use crate::syntax::{Arithmetic, Errors, Meaning, walk};

/// A parsed `pointwise!`.
#[derive(Debug, Clone)]
pub struct PointwiseDeclaration {
    attributes: Vec<Attribute>,
    visibility: Visibility,
    name: Ident,
    cite: Ident,
    inputs: Vec<Ident>,
    lets: Vec<(Ident, Expr)>,
    outputs: Vec<Ident>,
}

impl Parse for PointwiseDeclaration {
    fn parse(input: ParseStream) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        let name: Ident = input.parse()?;
        let head;
        parenthesized!(head in input);
        let cite = head.parse()?;
        let body;
        braced!(body in input);
        let names = |body: ParseStream| -> syn::Result<Vec<Ident>> {
            let mut list = vec![body.parse()?];
            while body.parse::<Option<Token![,]>>()?.is_some() {
                list.push(body.parse()?);
            }
            body.parse::<Token![;]>()?;
            Ok(list)
        };
        body.parse::<Token![in]>()
            .map_err(|e| syn::Error::new(e.span(), "expected `in` and the inputs' names"))?;
        let inputs = names(&body)?;
        let (mut lets, mut outputs) = (Vec::new(), Vec::new());
        while !body.is_empty() {
            let word: Ident = body.parse()?;
            if word == "out" && !body.peek(Token![=]) {
                outputs = names(&body)?;
                continue;
            }
            body.parse::<Token![=]>()?;
            lets.push((word, body.parse()?));
            body.parse::<Token![;]>()?;
        }
        if outputs.is_empty() {
            return Err(syn::Error::new(
                name.span(),
                "there is no output: the last line is `out name, ...;`",
            ));
        }
        Ok(Self { attributes, visibility, name, cite, inputs, lets, outputs })
    }
}

/// A checked pointwise map with its gradient.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    declaration: PointwiseDeclaration,
    graph: Graph,
    inputs: Vec<ExprId>,
    outputs: Vec<ExprId>,
    upstream: Vec<ExprId>,
    gradients: Vec<ExprId>,
}

/// Lets become nodes of a graph as they are read.
#[derive(Default)]
struct Builder {
    graph: Graph,
    /// Inputs and lets so far; nothing where the let's own line is wrong.
    known: Vec<(String, Option<ExprId>)>,
    errors: Errors,
}

impl Meaning for Builder {
    type Value = ExprId;

    fn errors(&mut self) -> &mut Errors {
        &mut self.errors
    }

    fn number(&mut self, v: f64) -> ExprId {
        self.graph.num(v)
    }

    fn name(&mut self, name: &Ident) -> Option<ExprId> {
        if let Some((_, e)) = self.known.iter().find(|k| *name == k.0) {
            return *e;
        }
        let all = self.known.iter().map(|k| k.0.as_str()).collect::<Vec<_>>().join(", ");
        self.errors.at(name.span(), format!("`{name}` is not known here; known are: {all}"));
        None
    }

    fn neg(&mut self, a: ExprId) -> ExprId {
        self.graph.neg(a)
    }

    fn binary(&mut self, op: Arithmetic, a: ExprId, b: ExprId) -> ExprId {
        match op {
            Arithmetic::Add => self.graph.add(a, b),
            Arithmetic::Sub => self.graph.sub(a, b),
            Arithmetic::Mul => self.graph.mul(a, b),
            Arithmetic::Div => self.graph.div(a, b),
        }
    }

    fn function(&self, name: &str) -> Result<(Function, usize), String> {
        let of_a_store = |f: Function| matches!(f, Function::Prev | Function::Controlled);
        let found = Function::find(name).filter(|f| !f.0.pools() && !of_a_store(f.0));
        found.ok_or_else(|| format!("`{name}` is not a pointwise function"))
    }

    fn later(&mut self, _: &Ident) -> Option<ExprId> {
        None
    }

    fn call(&mut self, f: Function, args: Vec<ExprId>, _: &[Word], _: Span) -> Option<ExprId> {
        Some(f.build(&mut self.graph, Axes::EMPTY, &args))
    }
}

impl Builder {
    /// Makes a name known, once.
    fn declare(&mut self, name: &Ident, value: Option<ExprId>) {
        if self.known.iter().any(|k| *name == k.0) {
            self.errors.at(name.span(), format!("`{name}` is declared twice"));
        } else {
            self.known.push((name.to_string(), value));
        }
    }
}

impl Cell {
    /// Checks and derives. All errors are reported at once.
    pub(crate) fn of(d: &PointwiseDeclaration) -> syn::Result<Self> {
        let internal = |e: symbolic::Error| syn::Error::new(d.name.span(), e.to_string());
        let mut b = Builder::default();
        let mut inputs = Vec::new();
        for name in &d.inputs {
            let e = b.graph.symbol(&name.to_string(), &name.to_string(), Axes::ALL).map_err(internal)?;
            inputs.push(e);
            b.declare(name, Some(e));
        }
        for (name, value) in &d.lets {
            let e = walk(&mut b, value);
            b.declare(name, e);
        }
        let (mut outputs, mut upstream) = (Vec::new(), Vec::new());
        for name in &d.outputs {
            match b.known.iter().find(|k| *name == k.0) {
                Some((_, e)) => outputs.extend(e),
                None => b.errors.at(name.span(), format!("`{name}` is not defined above")),
            }
            let (symbol, latex) = (format!("d{name}"), format!("\\partial {name}"));
            if let Some(taken) = d.inputs.iter().find(|i| **i == symbol) {
                let message =
                    format!("`{symbol}` is the gradient that reaches the output `{name}`: call it otherwise");
                b.errors.at(taken.span(), message);
                continue;
            }
            upstream.push(b.graph.symbol(&symbol, &latex, Axes::ALL).map_err(internal)?);
        }
        b.errors.finish()?;
        let mut graph = b.graph;
        let pairs: Vec<_> = outputs.iter().copied().zip(upstream.iter().copied()).collect();
        let gradients = graph.gradient(&pairs, &inputs).map_err(internal)?;
        let gradients = gradients.into_iter().map(|e| graph.simplify(e)).collect();
        Ok(Self { declaration: d.clone(), graph, inputs, outputs, upstream, gradients })
    }

    pub(crate) fn emit(&self) -> TokenStream {
        let d = &self.declaration;
        let (name, visibility, cite) = (&d.name, &d.visibility, d.cite.to_string());
        let (ni, no) = (self.inputs.len(), self.outputs.len());
        let leaf = |e: ExprId| {
            let at = |list: &[ExprId]| list.iter().position(|s| *s == e);
            at(&self.inputs).map(|i| quote!(x[#i])).or_else(|| at(&self.upstream).map(|i| quote!(dy[#i])))
        };
        let straight = |roots: &[ExprId]| {
            let mut body = Body::new(&self.graph, &leaf, &[], None);
            let results: Vec<_> = roots.iter().map(|r| body.value(*r)).collect();
            let lines = body.lines();
            quote!(#lines [#(#results),*])
        };
        let (forward, backward) = (straight(&self.outputs), straight(&self.gradients));
        let g = &self.graph;
        let line = |name: &str, e: ExprId| Line::of(g, name, name, &format!("<mi>{name}</mi>"), e);
        let formula: Vec<Line> =
            d.outputs.iter().zip(&self.outputs).map(|(n, e)| line(&n.to_string(), *e)).collect();
        let gradient: Vec<Line> =
            d.inputs.iter().zip(&self.gradients).map(|(n, e)| line(&format!("d{n}"), *e)).collect();
        let mut docs = doc_lines(&d.attributes);
        let title = docs.first().cloned().unwrap_or_else(|| name.to_string());
        docs.push(String::new());
        docs.push("```text".into());
        docs.extend(formula.iter().chain(&gradient).map(|l| format!("{} = {}", l.lhs, l.text)));
        docs.push("```".into());
        docs.push(format!("Source: `{cite}` (see `references.bib`)."));
        let type_name = name.to_string();
        let (inputs, outputs) =
            (d.inputs.iter().map(ToString::to_string), d.outputs.iter().map(ToString::to_string));
        let (formula, gradient) = (formula.iter().map(Line::tokens), gradient.iter().map(Line::tokens));
        quote! {
            #(#[doc = #docs])*
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
            #visibility struct #name;

            #[allow(unused_variables, clippy::all, clippy::pedantic)]
            impl ::norm_core::Pointwise for #name {
                const DESCRIPTOR: &'static ::norm_core::PointwiseDescriptor = &::norm_core::PointwiseDescriptor {
                    type_name: #type_name,
                    title: #title,
                    cite: #cite,
                    inputs: &[#(#inputs),*],
                    outputs: &[#(#outputs),*],
                    formula: &[#(#formula),*],
                    gradient: &[#(#gradient),*],
                };
                type Inputs<V: ::norm_core::Value> = [V; #ni];
                type Outputs<V: ::norm_core::Value> = [V; #no];
                #[inline(always)]
                fn forward<V: ::norm_core::Value>(x: &[V; #ni]) -> [V; #no] {
                    #forward
                }
                #[inline(always)]
                fn backward<V: ::norm_core::Value>(x: &[V; #ni], dy: &[V; #no]) -> [V; #ni] {
                    #backward
                }
            }
        }
    }
}
