//! A graph with the homes of its values: what a pass walks.

use norm_core::Elem;

use crate::cell::Cell;
use crate::graph::{Graph, Node, Side};
use crate::rows;
use crate::storage::Storage;

/// What a pass walks.
#[derive(Clone, Debug)]
pub(crate) struct Plan<T: 'static> {
    pub(crate) graph: Graph<T>,
    pub(crate) storage: Storage,
}

impl<T: Elem> Plan<T> {
    pub(crate) fn of(cell: &Cell<T>) -> Self {
        let graph = Graph::of(cell);
        let storage = Storage::of(&graph);
        Self { graph, storage }
    }

    /// Whether a node is walked for all steps at once.
    pub(crate) fn is_whole(&self, node: &Node<T>) -> bool {
        match node {
            Node::Product { out, .. } | Node::Norm { out, .. } | Node::Sum { out, .. } => {
                self.graph.shape(*out).whole
            }
            Node::Update { .. } => false,
        }
    }

    /// Weights with each block that has a product of its own transposed in its place; `inner` is their width.
    pub(crate) fn transpose(&self, side: Side, w: &[T], units: usize, inner: usize, across: &mut Vec<T>) {
        across.resize(w.len(), T::default());
        for node in &self.graph.nodes {
            let Node::Product { side: of, from, out, .. } = node else { continue };
            if *of == side {
                let to = from + self.graph.shape(*out).parts;
                let block = from * units * inner..to * units * inner;
                rows::transpose(&w[block.clone()], inner, &mut across[block]);
            }
        }
    }
}
