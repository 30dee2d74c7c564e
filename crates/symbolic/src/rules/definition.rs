//! Folding expressions into the symbols defined as them.

use crate::{ExprId, Graph, Node};

impl Graph {
    /// The symbol whose meaning this is, or a power of the symbol whose meaning is a root of this.
    pub(super) fn fold_definition(&mut self, e: ExprId) -> ExprId {
        if let Some(symbol) = self.folded(e) {
            return symbol;
        }
        if let Node::PowExpr(base, exponent) = *self.node(e) {
            return self.fold_named_power(e, base, exponent);
        }
        let Node::Pow(base, exponent) = self.node(e) else { return e };
        let exponent = exponent.get();
        let ratios = self.folded_powers(*base).into_iter().map(|(q, symbol)| (exponent / q, symbol));
        // (b^-0.5)^3 is b^-1.5 wherever both are defined; the smallest whole ratio is the shortest power. What divides
        // anyway may divide by a root: b^-0.5 is (b^0.5)^-1, where no definition multiplies.
        let whole = |ratio: f64| ratio.fract() == 0.0 && (ratio >= 1.0 || ratio < 0.0 && exponent < 0.0);
        let whole = ratios.filter(|(ratio, _)| whole(*ratio));
        match whole.min_by(|a, b| (a.0 < 0.0).cmp(&(b.0 < 0.0)).then(a.0.abs().total_cmp(&b.0.abs()))) {
            Some((ratio, symbol)) => self.pow(symbol, ratio),
            None => e,
        }
    }
    /// `base^exponent` where a symbol is defined as `base^r`: its power `exponent/r`, term by term, so that the
    /// exponent `1/p - 1` over `1/p` is found to be `1 - p`.
    fn fold_named_power(&mut self, e: ExprId, base: ExprId, exponent: ExprId) -> ExprId {
        let Some((root, symbol)) = self.folded_named_power(base) else { return e };
        let terms = match self.node(exponent) {
            Node::Add(terms) => terms.clone(),
            _ => vec![exponent],
        };
        let terms: Vec<ExprId> = terms.into_iter().map(|t| self.div(t, root)).collect();
        let ratio = self.add_all(&terms);
        self.pow_expr(symbol, ratio)
    }
}
