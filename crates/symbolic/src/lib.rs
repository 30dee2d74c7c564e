//! The symbolic engine of normlab.
//!
//! A formula is a node of a [`Graph`]: an arena of hash-consed [`Node`]s in which every node knows the [`Axes`] it
//! varies over. One graph has several readings, and each is a table over the closed enums [`Node`], [`Unary`]
//! and [`Binary`]:
//!
//! * [`Graph::gradient`]: reverse mode, symbol in, symbol out. The adjoint of a broadcast is a sum.
//! * [`Graph::simplify`]: named, directed, terminating rules, listed in [`RULES`] with domain and exactness.
//! * [`Graph::evaluate`]: the f64 interpreter, the oracle other paths are judged against.
//! * [`Graph::to_text`], [`Graph::to_latex`], [`Graph::to_mathml`]: the same formula for a person to read.
//! * [`Graph::present`]: a derived gradient in the lines that a person would write, for printing alone.
//!
//! Everything is deterministic: the order of operands follows the structure of the expression (names, axes, shape),
//! never the order in which nodes were made, so the same formula gives the same text on every machine.
//!
//! # Node order and canonical form
//!
//! Constructors already bring sums, products and powers into canonical form (flat, sorted, like terms and like
//! powers collected, at most one constant, which leads). [`Graph::simplify`] adds the rules that look further:
//! linearity of reductions, cancelling, and folding expressions into the symbols defined as them.
//!
//! # Example: the mean's deviations sum to zero
//!
//! ```
//! use symbolic::{Axes, Graph};
//! # fn main() -> Result<(), symbolic::Error> {
//! let mut g = Graph::new();
//! let set = Axes::K | Axes::S;
//! let x = g.symbol("x", "x", Axes::ALL)?;
//! let mu = g.symbol("mu", r"\mu", set.complement())?;
//! let mean = g.mean(set, x);
//! g.define(mu, mean)?;
//! let centred = g.sub(x, mu);
//! assert_eq!(g.to_text(centred), "x - mu");
//!
//! let squared = g.square(centred);
//! let variance = g.mean(set, squared);
//! let upstream = g.symbol("dvar", r"\bar\sigma", set.complement())?;
//! let grads = g.gradient(&[(variance, upstream)], &[mu, x])?;
//! assert_eq!(g.to_text(grads[0]), "0");
//! assert_eq!(g.to_text(grads[1]), "2*dvar*(x - mu)/count[k,s]");
//! # Ok(())
//! # }
//! ```
//!
//! # Masks
//!
//! Reductions over `n` skip masked cases and `count` does not count them. A gradient is that of a loss which looks
//! at unmasked cases only; its elements in masked cases are not defined (a kernel writes zero there).

mod axes;
mod build;
mod derivative;
mod error;
mod graph;
mod interpreter;
mod node;
mod number;
mod order;
mod present;
mod print;
mod rules;
mod scalar;
mod window;

pub use axes::Axes;
pub use error::Error;
pub use graph::Graph;
pub use interpreter::{Env, Value};
pub use node::{Binary, ExprId, Node, Symbol, SymbolId, Unary};
pub use number::Number;
pub use present::{Gradient, Presented};
pub use rules::{RULES, Rule};
pub use window::{Divisor, Weights, Window};
