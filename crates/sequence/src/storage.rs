//! Where the values of a graph and their gradients lie.

use norm_core::Elem;

use crate::graph::{Graph, INPUT, Node, Term, Value};

/// Where a value lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Home {
    /// It is the input.
    Input,
    /// In the history of a carried state, before the step.
    Before(usize),
    /// In the same, behind the step.
    After(usize),
    /// In a buffer of its own, of all steps.
    Own,
    /// In that of one step, until it is added to a sum.
    Passing,
}

/// Where the gradient of a value lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum GradientHome {
    /// It is that of the input, which is found at the end.
    Input,
    /// In that of a carried state before the step.
    Before(usize),
    /// In that of a carried state behind the step.
    After(usize),
    /// In a buffer of its own.
    Own {
        /// Of all steps, or of one.
        of_all: bool,
    },
}

/// The homes of a graph's values.
#[derive(Clone, Debug)]
pub(crate) struct Storage {
    homes: Vec<Home>,
    gradients: Vec<GradientHome>,
    /// For each value the one in whose buffer it lies, which is another where it is a term of a sum.
    values: Vec<Value>,
    /// The same of its gradient.
    gradient_values: Vec<Value>,
}

impl Storage {
    pub(crate) fn of<T: Elem>(graph: &Graph<T>) -> Self {
        let count = graph.shapes.len();
        let mut homes = vec![Home::Own; count];
        let mut gradients = vec![GradientHome::Own { of_all: false }; count];
        homes[INPUT.0] = Home::Input;
        gradients[INPUT.0] = GradientHome::Input;
        for node in &graph.nodes {
            // What weights are multiplied with, or what all steps share, is needed of all steps at the end.
            if let Node::Product { out, .. } | Node::Sum { out, .. } = node {
                gradients[out.0] = GradientHome::Own { of_all: true };
            }
        }
        for (v, shape) in graph.shapes.iter().enumerate().skip(1).filter(|(_, s)| s.whole) {
            debug_assert!(shape.parts > 0, "only the input has no parts");
            gradients[v] = GradientHome::Own { of_all: true };
        }
        for (i, carry) in graph.carries.iter().enumerate() {
            (homes[carry.before.0], gradients[carry.before.0]) = (Home::Before(i), GradientHome::Before(i));
            (homes[carry.after.0], gradients[carry.after.0]) = (Home::After(i), GradientHome::After(i));
        }
        let own: Vec<Value> = (0..count).map(Value).collect();
        let of_sum = |v: &Value| graph.sums[v.0].unwrap_or(*v);
        let gradient_values: Vec<Value> = own.iter().map(of_sum).collect();
        let mut values = gradient_values.clone();
        // A norm that is added to a sum passes through a buffer of one step.
        for node in &graph.nodes {
            if let Node::Norm { out, term: Some(Term { first: false, .. }), .. } = node {
                (homes[out.0], values[out.0]) = (Home::Passing, *out);
            }
        }
        Self { homes, gradients, values, gradient_values }
    }

    /// The value in whose buffer this one lies, and where that is.
    pub(crate) fn home(&self, v: Value) -> (Value, Home) {
        let v = self.values[v.0];
        (v, self.homes[v.0])
    }

    /// The value in whose gradient's buffer that of this one lies, and where that is.
    pub(crate) fn gradient(&self, v: Value) -> (Value, GradientHome) {
        let v = self.gradient_values[v.0];
        (v, self.gradients[v.0])
    }

    /// Whether the gradient of a value is kept for all steps.
    pub(crate) fn is_of_all(&self, v: Value) -> bool {
        matches!(self.gradient(v).1, GradientHome::Own { of_all: true })
    }
}
