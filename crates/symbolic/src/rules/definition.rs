//! Folding expressions into the symbols defined as them.

use crate::{ExprId, Graph, Node};

impl Graph {
    /// The symbol whose meaning this is, or a power of the symbol whose meaning is a root of this.
    pub(super) fn fold_definition(&mut self, e: ExprId) -> ExprId {
        if let Some(symbol) = self.folded(e) {
            return symbol;
        }
        let Node::Pow(base, exponent) = self.node(e) else { return e };
        let exponent = exponent.get();
        let ratios = self.folded_powers(*base).into_iter().map(|(q, symbol)| (exponent / q, symbol));
        // (b^-0.5)^3 is b^-1.5 wherever both are defined; the smallest whole ratio is the shortest power.
        let whole = ratios.filter(|(ratio, _)| ratio.fract() == 0.0 && *ratio >= 1.0);
        match whole.min_by(|a, b| a.0.total_cmp(&b.0)) {
            Some((ratio, symbol)) => self.pow(symbol, ratio),
            None => e,
        }
    }
}
