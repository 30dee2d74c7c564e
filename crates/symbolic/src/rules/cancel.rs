//! Distributing a number over a sum, where terms meet.

use crate::{ExprId, Graph, Node};

impl Graph {
    /// Opens `c * (a + b)` inside a sum if at least one of its terms then meets a like one: `2*(x - mu) - 2*x` is
    /// `-2*mu`, but `x - 2*(y - mu)` stays.
    pub(super) fn cancel_scaled_sums(&mut self, e: ExprId, terms: &[ExprId]) -> ExprId {
        for (i, &term) in terms.iter().enumerate() {
            let (factor, rest) = self.split_factor(term);
            let Node::Add(inner) = self.node(rest).clone() else { continue };
            let apart = terms.len() - 1 + inner.len();
            let mut opened: Vec<ExprId> = inner.iter().map(|&t| self.scale(factor, t)).collect();
            opened.extend(terms.iter().enumerate().filter(|&(j, _)| j != i).map(|(_, &t)| t));
            let opened = self.add_all(&opened);
            if self.terms(opened).len() < apart {
                return opened;
            }
        }
        e
    }
}
