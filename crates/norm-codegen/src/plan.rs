//! The forward as constant data, in the order the user wrote it: what the composed path plays.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::formula::Formula;
use crate::operators::Function;
use crate::term::Term;

/// An operation; operands are earlier positions.
#[derive(Debug, Clone, PartialEq)]
enum Op {
    Leaf(&'static str, Option<usize>),
    Literal(f64),
    Node(&'static str, Vec<usize>),
    Pow(usize, f64),
    /// Value, direction and rate, and where the state stands behind the parameters.
    Controlled([usize; 3], usize),
    /// A mean or sum over a set.
    Over(&'static str, usize, &'static str),
    /// A window, its operand and its size.
    Window(symbolic::Window, usize, usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Param,
    Set,
    Element,
}

struct Builder<'a> {
    f: &'a Formula,
    nodes: Vec<(Op, Kind)>,
    /// Nodes of the statistics, or nothing where a statistic is what the policy hands back.
    statistics: Option<Vec<usize>>,
}

fn join(a: Kind, b: Kind) -> Kind {
    match (a, b) {
        (Kind::Number, other) | (other, Kind::Number) => other,
        (Kind::Param, Kind::Param) => Kind::Param,
        (Kind::Set, Kind::Set) => Kind::Set,
        (Kind::Param | Kind::Set | Kind::Element, Kind::Param | Kind::Set | Kind::Element) => Kind::Element,
    }
}

impl Builder<'_> {
    fn push(&mut self, op: Op, kind: Kind) -> usize {
        if let Some(i) = self.nodes.iter().position(|n| n.0 == op) {
            return i;
        }
        self.nodes.push((op, kind));
        self.nodes.len() - 1
    }

    fn binary(&mut self, name: &'static str, a: &Term, b: &Term) -> usize {
        let (a, b) = (self.term(a), self.term(b));
        let kind = join(self.nodes[a].1, self.nodes[b].1);
        self.push(Op::Node(name, vec![a, b]), kind)
    }

    fn unary(&mut self, name: &'static str, a: usize) -> usize {
        let kind = self.nodes[a].1;
        self.push(Op::Node(name, vec![a]), kind)
    }

    fn term(&mut self, t: &Term) -> usize {
        match t {
            Term::Number(v) => self.push(Op::Literal(*v), Kind::Number),
            Term::X => self.push(Op::Leaf("X", None), Kind::Element),
            Term::Count => self.push(Op::Leaf("Count", None), Kind::Number),
            Term::Param(i) => self.push(Op::Leaf("Param", Some(*i)), Kind::Param),
            Term::Const(i) => self.push(Op::Leaf("Const", Some(*i)), Kind::Number),
            Term::Statistic(i) => {
                if let Some(nodes) = &self.statistics {
                    return nodes[*i];
                }
                let f = self.f;
                if let Some(at) = f.handed_out().iter().position(|s| s == i) {
                    return self.push(Op::Leaf("Statistic", Some(at)), Kind::Set);
                }
                // What belongs to a case is found again.
                self.term(&f.statistics[*i].1)
            }
            Term::Controlled { control, of } => {
                let of = [0, 1, 2].map(|i| self.term(&of[i]));
                self.push(Op::Controlled(of, *control), Kind::Element)
            }
            // Frozen inputs follow the parameters and the states of controls.
            Term::Previous(i) => {
                let at = self.f.frozen().iter().position(|s| s == i).unwrap_or_default();
                let before = self.f.declaration.params.len() + self.f.controls.len();
                self.push(Op::Leaf("Param", Some(before + at)), Kind::Set)
            }
            Term::Later(_) => self.push(Op::Literal(f64::NAN), Kind::Number),
            Term::Alias(i) => {
                let f = self.f;
                self.term(&f.aliases[*i].1)
            }
            Term::Add(a, b) => self.binary("Add", a, b),
            Term::Sub(a, b) => self.binary("Sub", a, b),
            Term::Mul(a, b) => self.binary("Mul", a, b),
            Term::Div(a, b) => self.binary("Div", a, b),
            Term::Neg(a) => {
                let a = self.term(a);
                self.unary("Neg", a)
            }
            Term::Call(f, args) => self.call(*f, args),
            Term::Over(f, a, set) => {
                let a = self.term(a);
                let name = if *f == Function::Mean { "MeanOver" } else { "SumOver" };
                // One value per channel is what a set of the batch has; everything else is as large as x.
                let kind = if set.is_rowwise() { Kind::Element } else { Kind::Set };
                self.push(Op::Over(name, a, set.variant()), kind)
            }
            Term::Window(window, a, size) => {
                let (a, size) = (self.term(a), self.term(size));
                self.push(Op::Window(*window, a, size), Kind::Element)
            }
        }
    }

    fn one_over(&mut self, a: usize) -> usize {
        let one = self.push(Op::Literal(1.0), Kind::Number);
        let kind = self.nodes[a].1;
        self.push(Op::Node("Div", vec![one, a]), kind)
    }

    fn call(&mut self, f: Function, args: &[Term]) -> usize {
        match f {
            Function::Max => return self.binary("Max", &args[0], &args[1]),
            Function::Min => return self.binary("Min", &args[0], &args[1]),
            Function::ReplaceGradient => return self.binary("ReplaceGradient", &args[0], &args[1]),
            Function::Pow => {
                let base = self.term(&args[0]);
                let kind = self.nodes[base].1;
                return match &args[1] {
                    Term::Number(v) => self.push(Op::Pow(base, *v), kind),
                    Term::Neg(v) if matches!(**v, Term::Number(_)) => {
                        let Term::Number(v) = **v else { return base };
                        self.push(Op::Pow(base, -v), kind)
                    }
                    other => {
                        let e = self.term(other);
                        let kind = join(kind, self.nodes[e].1);
                        self.push(Op::Node("PowExpr", vec![base, e]), kind)
                    }
                };
            }
            _ => {}
        }
        let a = self.term(&args[0]);
        let name = match f {
            Function::Mean => return self.push(Op::Node("Mean", vec![a]), Kind::Set),
            Function::Sum => return self.push(Op::Node("Sum", vec![a]), Kind::Set),
            Function::Rsqrt => {
                let root = self.unary("Sqrt", a);
                return self.one_over(root);
            }
            Function::Recip => return self.one_over(a),
            Function::Relu => {
                let zero = self.push(Op::Literal(0.0), Kind::Number);
                let kind = self.nodes[a].1;
                return self.push(Op::Node("Max", vec![a, zero]), kind);
            }
            Function::Sqrt => "Sqrt",
            Function::Square => "Square",
            Function::Exp => "Exp",
            Function::Ln => "Ln",
            Function::Tanh => "Tanh",
            Function::Sigmoid => "Sigmoid",
            Function::Erf => "Erf",
            Function::Abs => "Abs",
            Function::Sign => "Sign",
            Function::Step => "Step",
            Function::StopGradient => "StopGradient",
            Function::Max
            | Function::Min
            | Function::Pow
            | Function::ReplaceGradient
            | Function::Prev
            | Function::Controlled
            | Function::WindowMean
            | Function::WindowSum => "Neg",
        };
        self.unary(name, a)
    }

    fn tokens(&self) -> TokenStream {
        let nodes = self.nodes.iter().map(|(op, kind)| {
            let kind = format_ident!(
                "{}",
                match kind {
                    Kind::Number => "Number",
                    Kind::Param => "Param",
                    Kind::Set => "Set",
                    Kind::Element => "Element",
                }
            );
            let op = match op {
                Op::Leaf(name, at) => {
                    let name = format_ident!("{name}");
                    at.map_or_else(|| quote!(#name), |at| quote!(#name(#at)))
                }
                Op::Literal(v) => quote!(Literal(#v)),
                Op::Pow(a, v) => quote!(Pow(#a, #v)),
                Op::Controlled([value, direction, rate], control) => {
                    let name = crate::derive::control_name(&self.f.controls[*control].to_string());
                    let state = self.f.declaration.params.len() + control;
                    quote!(Controlled(
                        ::norm_core::Control { name: #name, state: #state },
                        #value,
                        #direction,
                        #rate
                    ))
                }
                Op::Over(name, a, set) => {
                    let (name, set) = (format_ident!("{name}"), format_ident!("{set}"));
                    quote!(#name(#a, ::norm_core::ReferenceSet::#set))
                }
                Op::Window(window, a, size) => {
                    let window = window_tokens(*window);
                    quote!(Window(#window, #a, #size))
                }
                Op::Node(name, operands) => {
                    let name = format_ident!("{name}");
                    quote!(#name(#(#operands),*))
                }
            };
            quote!((::norm_core::Op::#op, ::norm_core::Extent::#kind))
        });
        quote!(&[#(#nodes),*])
    }
}

/// A window as `norm-core` names it.
pub(crate) fn window_tokens(w: symbolic::Window) -> TokenStream {
    let along = format_ident!("{}", if w.axis == symbolic::Axes::S { "Space" } else { "Channels" });
    let [weights, divisor] =
        [format!("{:?}", w.weights), format!("{:?}", w.divisor)].map(|v| format_ident!("{v}"));
    let transposed = w.transposed;
    quote!(::norm_core::Window {
        along: ::norm_core::Along::#along,
        weights: ::norm_core::Weights::#weights,
        divisor: ::norm_core::Divisor::#divisor,
        transposed: #transposed
    })
}

/// Whether a declaration says somewhere that its gradient is not that of the formula.
pub(crate) fn has_declared_gradient(f: &Formula) -> bool {
    let declared = |t: &Term| {
        matches!(
            t,
            Term::Call(Function::StopGradient | Function::ReplaceGradient, _) | Term::Controlled { .. }
        )
    };
    let terms = f.statistics.iter().chain(&f.aliases).map(|s| &s.1);
    std::iter::once(&f.output).chain(terms).any(|t| t.contains(&f.aliases, &declared))
}

/// The plan as a constant.
pub(crate) fn emit(f: &Formula) -> TokenStream {
    let mut s = Builder { f, nodes: Vec::new(), statistics: Some(Vec::new()) };
    for (_, term) in &f.statistics {
        let node = s.term(term);
        if let Some(list) = &mut s.statistics {
            list.push(node);
        }
    }
    let nodes = s.statistics.clone().unwrap_or_default();
    let nodes: Vec<usize> = f.handed_out().into_iter().map(|i| nodes[i]).collect();
    let mut a = Builder { f, nodes: Vec::new(), statistics: None };
    let y = a.term(&f.output);
    // The last node is y; where y was met earlier (`y = x`), it is said again.
    if y + 1 != a.nodes.len() {
        let again = a.nodes[y].clone();
        a.nodes.push(again);
    }
    let (statistics, apply) = (s.tokens(), a.tokens());
    quote!(::norm_core::Plan { statistics: #statistics, statistic_nodes: &[#(#nodes),*], apply: #apply })
}
