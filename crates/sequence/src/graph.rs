//! A recurrent cell as data: what a step computes from what, node by node. The engine walks the nodes forwards in their
//! order, and backwards from the last to the first; where two nodes read one value, their gradients are added in that
//! order.
//!
//! A value is a row for each case, of parts as wide as there are units. What needs no earlier step is computed for all
//! steps at once before the first one.

use norm_core::{CellKernel, Elem};

use crate::cell::Cell;
use crate::slot::Place;

/// What a node reads or writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Value(pub(crate) usize);

/// The input of the step.
pub(crate) const INPUT: Value = Value(0);

/// Sizes of a value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// Parts of a row; none for the input, whose rows are as wide as there are inputs.
    pub(crate) parts: usize,
    /// Whether it needs no earlier step.
    pub(crate) whole: bool,
}

/// Which weights a product takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// `W_x`.
    Input,
    /// `W_h`.
    Hidden,
}

/// Which bias a sum takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BiasRows {
    /// The cell's, from this part on.
    From(usize),
    /// The recurrent one.
    Recurrent,
}

/// Where a product or a norm that is a term of a sum puts its output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Term {
    /// Whether it is the first: then it writes the sum, else it is added.
    pub(crate) first: bool,
    /// The bias that is added together with it.
    pub(crate) bias: Option<BiasRows>,
}

/// One piece of work.
#[derive(Clone, Debug)]
pub(crate) enum Node<T: 'static> {
    /// Rows of weights, from part `from` on, times a value.
    Product { side: Side, from: usize, of: Value, out: Value, term: Option<Term> },
    /// What stands in a slot.
    Norm { place: Place, of: Value, out: Value, term: Option<Term> },
    /// Terms that have been added up by the nodes that made them, and the bias, where none of these has added it.
    Sum { bias: Option<BiasRows>, added: bool, out: Value },
    /// Elementwise work.
    Update { kernel: CellKernel<T>, of: Vec<Value>, out: Vec<Value> },
}

/// A state that is carried from step to step.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Carry {
    /// As the step finds it.
    pub(crate) before: Value,
    /// As the step leaves it.
    pub(crate) after: Value,
}

/// The nodes of a cell.
#[derive(Clone, Debug)]
pub(crate) struct Graph<T: 'static> {
    pub(crate) nodes: Vec<Node<T>>,
    pub(crate) shapes: Vec<Shape>,
    /// The hidden state, which is also the output, and then the others.
    pub(crate) carries: Vec<Carry>,
    /// For each value the sum that it is a term of.
    pub(crate) sums: Vec<Option<Value>>,
}

/// Writes down a graph. A place without a slot is no node.
pub(crate) struct Builder<'a, T: 'static> {
    cell: &'a Cell<T>,
    graph: Graph<T>,
}

impl<T: Elem> Graph<T> {
    /// The graph of a cell.
    pub(crate) fn of(cell: &Cell<T>) -> Self {
        let input = Shape { parts: 0, whole: true };
        let graph = Self { nodes: Vec::new(), shapes: vec![input], carries: Vec::new(), sums: vec![None] };
        let mut builder = Builder { cell, graph };
        cell.kind().describe(&mut builder);
        builder.graph
    }

    pub(crate) fn shape(&self, v: Value) -> Shape {
        self.shapes[v.0]
    }
}

impl<T: Elem> Builder<'_, T> {
    fn value(&mut self, parts: usize, whole: bool) -> Value {
        self.graph.shapes.push(Shape { parts, whole });
        self.graph.sums.push(None);
        Value(self.graph.shapes.len() - 1)
    }

    /// Whether a place has no slot.
    pub(crate) fn is_empty(&self, place: Place) -> bool {
        self.cell.slot(place).is_none()
    }

    /// A state as the step finds it. The first is the hidden state.
    pub(crate) fn carry(&mut self) -> Value {
        let before = self.value(1, false);
        self.graph.carries.push(Carry { before, after: before });
        before
    }

    /// As the step leaves it.
    pub(crate) fn carry_on(&mut self, before: Value, after: Value) {
        for carry in self.graph.carries.iter_mut().filter(|c| c.before == before) {
            carry.after = after;
        }
    }

    /// `parts` parts of a product, from the part `from` of the weights on.
    pub(crate) fn product(&mut self, side: Side, from: usize, parts: usize, of: Value) -> Value {
        let out = self.value(parts, self.graph.shape(of).whole);
        self.graph.nodes.push(Node::Product { side, from, of, out, term: None });
        out
    }

    /// The value normalized, or itself where the place has no slot.
    pub(crate) fn norm(&mut self, place: Place, of: Value) -> Value {
        if self.is_empty(place) {
            return of;
        }
        let Shape { parts, whole } = self.graph.shape(of);
        let out = self.value(parts, whole);
        self.graph.nodes.push(Node::Norm { place, of, out, term: None });
        out
    }

    /// The sum of products, normalized or not, and of a bias, where the cell has that. Terms that need no earlier step come
    /// first.
    pub(crate) fn sum(&mut self, terms: &[Value], bias: BiasRows) -> Value {
        let has = match bias {
            BiasRows::From(_) => self.cell.has_bias(),
            BiasRows::Recurrent => self.cell.has_recurrent_bias(),
        };
        self.add_up(terms, has.then_some(bias))
    }

    /// The same through [`Place::Joint`]; the bias is added before or behind it, as the cell says.
    pub(crate) fn joined(&mut self, terms: &[Value], from: usize) -> Value {
        let bias = self.cell.has_bias().then_some(BiasRows::From(from));
        if self.is_empty(Place::Joint) || self.cell.bias_is_normed() {
            let sum = self.add_up(terms, bias);
            return self.norm(Place::Joint, sum);
        }
        let sum = self.add_up(terms, None);
        let normed = self.norm(Place::Joint, sum);
        if bias.is_some() { self.add_up(&[normed], bias) } else { normed }
    }

    fn add_up(&mut self, terms: &[Value], bias: Option<BiasRows>) -> Value {
        let shapes = terms.iter().map(|v| self.graph.shape(*v));
        let parts = shapes.clone().map(|s| s.parts).max().unwrap_or_default();
        let whole = shapes.clone().all(|s| s.whole);
        let sum = self.value(parts, whole);
        let mut added = false;
        for (i, of) in terms.iter().enumerate() {
            self.graph.sums[of.0] = Some(sum);
            for node in &mut self.graph.nodes {
                let (out, term, product) = match node {
                    Node::Product { out, term, .. } => (*out, term, true),
                    Node::Norm { out, term, .. } => (*out, term, false),
                    Node::Sum { .. } | Node::Update { .. } => continue,
                };
                if out != *of {
                    continue;
                }
                let whole = self.graph.shapes[of.0].whole;
                // A product of all steps starts from the bias; else it goes with the second term.
                let due = bias.filter(|_| !added && (i > 0 || (product && whole)));
                added |= due.is_some();
                *term = Some(Term { first: i == 0, bias: due });
            }
        }
        self.graph.nodes.push(Node::Sum { bias, added, out: sum });
        sum
    }

    /// What an elementwise kernel makes of values, one part each.
    pub(crate) fn update<const N: usize>(&mut self, kernel: CellKernel<T>, of: &[Value]) -> [Value; N] {
        let out = std::array::from_fn(|_| self.value(1, false));
        self.graph.nodes.push(Node::Update { kernel, of: of.to_vec(), out: out.to_vec() });
        out
    }
}
