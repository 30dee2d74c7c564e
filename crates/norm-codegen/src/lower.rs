//! A formula with several sets, or with windows, as steps: every reduction and window is one, and so is what varies over
//! fewer axes than the expression it stands in, which is then computed once and not for every element.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;
use symbolic::{Axes, Binary, ExprId, Node, Unary, Window};

use crate::bodies::Body;
use crate::derive::Derivation;
use crate::formula::Formula;

/// What a body reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    X,
    Dy,
    Input(usize),
    Step(usize),
}

/// What becomes of its values.
#[derive(Debug, Clone, Copy)]
enum Sink {
    Keep,
    Sum(Axes),
    Mean(Axes),
    Window(Window, ExprId),
}

struct Step {
    over: Axes,
    operands: Vec<Source>,
    sink: Sink,
    body: TokenStream,
}

/// All steps, and where the named values are.
pub(crate) struct Lowered {
    steps: Vec<Step>,
    statistics: Vec<usize>,
    y: usize,
    totals: Vec<usize>,
    params: Vec<usize>,
    dx: usize,
    consts: Vec<ExprId>,
    numbers: Vec<TokenStream>,
}

struct Lowering<'a> {
    d: &'a Derivation,
    steps: Vec<Step>,
    /// The step that makes a reduction, a window, or something that is the same for many elements.
    made: BTreeMap<ExprId, usize>,
    /// The steps of symbols: statistics, and gradients at them.
    named: BTreeMap<ExprId, usize>,
}

fn bits(axes: Axes) -> u8 {
    let of = |axis, bit| if axes.contains(axis) { bit } else { 0 };
    of(Axes::N, 1) | of(Axes::G, 2) | of(Axes::K, 4) | of(Axes::S, 8)
}

impl Lowering<'_> {
    fn axes(&self, e: ExprId) -> Axes {
        self.d.graph.axes(e)
    }

    /// Where a symbol's value is found; nothing for constants, which are numbers.
    fn symbol(&self, e: ExprId) -> Option<Source> {
        let d = self.d;
        if e == d.x {
            return Some(Source::X);
        }
        if e == d.dy {
            return Some(Source::Dy);
        }
        if let Some(i) = d.inputs().iter().position(|p| *p == e) {
            return Some(Source::Input(i));
        }
        self.named.get(&e).map(|i| Source::Step(*i))
    }

    /// Whether it is made of numbers, constants and counts alone.
    fn is_number(&self, e: ExprId) -> bool {
        let g = &self.d.graph;
        let leaf = |n: &ExprId| match g.node(*n) {
            Node::Symbol(_) => self.d.consts.contains(n),
            Node::Sum(..) | Node::Mean(..) | Node::Window(..) => false,
            _ => true,
        };
        g.topological(&[e]).iter().all(leaf)
    }

    /// Whether it is a symbol times numbers: cheaper for every element again than as a step.
    fn is_scaled(&self, e: ExprId) -> bool {
        let Node::Mul(factors) = self.d.graph.node(e) else { return false };
        let mut others = factors.iter().filter(|f| !self.is_number(**f));
        others.next().is_some_and(|f| self.symbol(*f).is_some()) && others.next().is_none()
    }

    /// The step that makes a value, over the axes it varies over.
    fn step_of(&mut self, e: ExprId) -> usize {
        if let Some(Source::Step(i)) = self.symbol(e) {
            return i;
        }
        if let Some(i) = self.made.get(&e) {
            return *i;
        }
        let step = match *self.d.graph.node(e) {
            Node::Sum(axes, operand) => self.push(operand, self.axes(operand), Sink::Sum(axes), false),
            Node::Mean(axes, operand) => self.push(operand, self.axes(operand), Sink::Mean(axes), false),
            Node::Window(window, operand, size) => {
                self.push(operand, self.axes(e), Sink::Window(window, size), false)
            }
            _ => self.push(e, self.axes(e), Sink::Keep, true),
        };
        self.made.insert(e, step);
        step
    }

    /// The step that makes a value over given axes, which contain its own.
    fn step_over(&mut self, e: ExprId, axes: Axes) -> usize {
        if self.axes(e) == axes { self.step_of(e) } else { self.push(e, axes, Sink::Keep, false) }
    }

    /// A step of its own, whatever else is made of the same value.
    fn keep(&mut self, e: ExprId, axes: Axes) -> usize {
        self.push(e, axes, Sink::Keep, false)
    }

    /// `is_root`: the value itself is what the body computes, so that it is not set apart from it.
    fn push(&mut self, e: ExprId, over: Axes, sink: Sink, is_root: bool) -> usize {
        let mut found = BTreeMap::new();
        let mut operands = Vec::new();
        self.cut(e, over, is_root, &mut found, &mut operands);
        let consts = &self.d.consts;
        let leaf = |e: ExprId| -> Option<TokenStream> {
            if let Some(i) = found.get(&e) {
                let i: usize = *i;
                return Some(quote!(i[#i]));
            }
            if let Some(i) = consts.iter().position(|c| *c == e) {
                return Some(quote!(V::lit(c[#i])));
            }
            match self.d.graph.node(e) {
                Node::Count(axes) => {
                    let axes = usize::from(bits(*axes));
                    Some(quote!(V::lit(n[#axes])))
                }
                _ => None,
            }
        };
        let mut body = Body::new(&self.d.graph, &leaf, consts, None);
        let value = body.value(e);
        let lines = body.lines();
        let body = quote!(#lines #value);
        self.steps.push(Step { over, operands, sink, body });
        self.steps.len() - 1
    }

    /// Sets apart what is no part of a body over these axes, and notes under which number the body finds it.
    fn cut(
        &mut self,
        e: ExprId,
        over: Axes,
        is_root: bool,
        found: &mut BTreeMap<ExprId, usize>,
        operands: &mut Vec<Source>,
    ) {
        if found.contains_key(&e) || self.is_number(e) {
            return;
        }
        let node = self.d.graph.node(e).clone();
        let is_pass = matches!(node, Node::Sum(..) | Node::Mean(..) | Node::Window(..));
        let source = if let Some(source) = self.symbol(e) {
            Some(source)
        } else if !is_root
            && (is_pass || (self.axes(e) != over && self.axes(e).is_subset(over) && !self.is_scaled(e)))
        {
            Some(Source::Step(self.step_of(e)))
        } else {
            None
        };
        if let Some(source) = source {
            let at = operands.iter().position(|s| *s == source).unwrap_or_else(|| {
                operands.push(source);
                operands.len() - 1
            });
            found.insert(e, at);
            return;
        }
        let inside = match node {
            Node::Binary(Binary::ReplaceGradient, value, _)
            | Node::Controlled { value, .. }
            | Node::Unary(Unary::StopGradient, value) => vec![value],
            other => other.operands(),
        };
        for operand in inside {
            self.cut(operand, over, false, found, operands);
        }
    }
}

impl Lowered {
    pub(crate) fn of(f: &Formula, d: &Derivation) -> Self {
        let mut l = Lowering { d, steps: Vec::new(), made: BTreeMap::new(), named: BTreeMap::new() };
        let handed_out = f.handed_out();
        for (i, symbol) in d.current.iter().enumerate() {
            let step = l.step_over(d.definitions[i], f.axes[i]);
            l.named.insert(*symbol, step);
        }
        let statistics: Vec<usize> = handed_out.iter().map(|i| l.named[&d.current[*i]]).collect();
        let y = l.keep(d.y, Axes::ALL);
        for i in (0..d.current.len()).rev() {
            let ruled = if handed_out.contains(&i) {
                l.keep(d.hat_gradients[i], f.axes[i])
            } else {
                l.step_over(d.hat_gradients[i], f.axes[i])
            };
            l.named.insert(d.ruled[i], ruled);
            let total = if d.total_definitions[i] == d.ruled[i] {
                ruled
            } else {
                l.step_over(d.total_definitions[i], f.axes[i])
            };
            l.named.insert(d.totals[i], total);
        }
        let totals = handed_out.iter().map(|i| l.named[&d.totals[*i]]).collect();
        let params = d.dparams.iter().map(|e| l.step_of(*e)).collect();
        let dx = l.keep(d.dx, Axes::ALL);
        let consts = d.consts.clone();
        let numbers = l.steps.iter().map(|s| size(d, s.sink)).collect();
        Self { steps: l.steps, statistics, y, totals, params, dx, consts, numbers }
    }

    /// The program and its bodies, as the trait of the skeleton wants them.
    pub(crate) fn tokens(&self) -> TokenStream {
        let steps = self.steps.iter().zip(&self.numbers).map(|(s, size)| {
            let over = bits(s.over);
            let operands = s.operands.iter().map(|o| match o {
                Source::X => quote!(::norm_core::Source::X),
                Source::Dy => quote!(::norm_core::Source::Dy),
                Source::Input(i) => quote!(::norm_core::Source::Input(#i)),
                Source::Step(i) => quote!(::norm_core::Source::Step(#i)),
            });
            let sink = match &s.sink {
                Sink::Keep => quote!(Keep),
                Sink::Sum(axes) => {
                    let axes = bits(*axes);
                    quote!(Sum(::norm_core::Over(#axes)))
                }
                Sink::Mean(axes) => {
                    let axes = bits(*axes);
                    quote!(Mean(::norm_core::Over(#axes)))
                }
                Sink::Window(window, _) => {
                    let window = crate::plan::window_tokens(*window);
                    quote!(Window(#window, #size))
                }
            };
            quote!(::norm_core::Step {
                over: ::norm_core::Over(#over),
                operands: &[#(#operands),*],
                sink: ::norm_core::Sink::#sink
            })
        });
        let Self { statistics, y, totals, params, dx, .. } = self;
        let (consts, most) =
            (self.consts.len(), self.steps.iter().map(|s| s.operands.len()).max().unwrap_or(0));
        let bodies = self.steps.iter().enumerate().map(|(i, s)| {
            let body = &s.body;
            quote!(#i => { #body })
        });
        quote! {
            const PROGRAM: &'static ::norm_core::Program = &::norm_core::Program {
                steps: &[#(#steps),*],
                statistics: &[#(#statistics),*],
                y: #y,
                totals: &[#(#totals),*],
                params: &[#(#params),*],
                dx: #dx,
            };
            type Consts = [f64; #consts];
            type Operands<V: ::norm_core::Value> = [V; #most];
            #[inline(always)]
            fn body<V: ::norm_core::Value>(step: usize, i: &[V; #most], n: &[f64; 16], c: &[f64; #consts]) -> V {
                match step {
                    #(#bodies)*
                    _ => V::lit(0.0),
                }
            }
        }
    }
}

/// How many elements a window has.
fn size(d: &Derivation, sink: Sink) -> TokenStream {
    let Sink::Window(_, size) = sink else { return TokenStream::new() };
    if let Some(i) = d.consts.iter().position(|c| *c == size) {
        return quote!(::norm_core::Size::Const(#i));
    }
    let number = d.graph.as_number(size).unwrap_or(f64::NAN);
    quote!(::norm_core::Size::Number(#number))
}
