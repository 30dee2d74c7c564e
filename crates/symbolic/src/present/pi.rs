//! Constants with a root of π in them, as people write them: `2/sqrt(pi)`, not `1.1283791670955126`.

use std::f64::consts::{FRAC_2_SQRT_PI, PI};

use crate::{Axes, ExprId, Graph, Node};

/// How π is typeset.
const LATEX: &str = r"\pi";

impl Graph {
    /// Writes constants that are a short fraction times 1/√π, √(2/π) or 1/√(2π) with the symbol `pi`, unless somebody
    /// else has that name.
    pub(super) fn with_pi(&mut self, e: ExprId) -> ExprId {
        self.rewrite(e, |g, node| match g.node(node) {
            Node::Const(value) => {
                let value = value.get();
                g.as_root_of_pi(value).unwrap_or(node)
            }
            _ => node,
        })
    }

    fn as_root_of_pi(&mut self, value: f64) -> Option<ExprId> {
        let roots = [FRAC_2_SQRT_PI / 2.0, (2.0 / PI).sqrt(), (2.0 * PI).sqrt().recip()];
        let times = |root: f64| {
            let quarters = (value / root * 4.0).round();
            let close = (quarters / 4.0 * root - value).abs() <= 4.0 * f64::EPSILON * value.abs();
            (close && (1.0..=64.0).contains(&quarters.abs())).then_some(quarters / 4.0)
        };
        // What needs no factor first, then what needs no fraction.
        let found = roots.iter().enumerate().filter_map(|(i, &root)| times(root).map(|factor| (i, factor)));
        let (which, factor) = found.min_by_key(|(_, factor)| (factor.abs() != 1.0, factor.fract() != 0.0))?;
        let pi = self.pi()?;
        let two = self.num(2.0);
        let root = match which {
            0 => self.rsqrt(pi),
            1 => {
                let ratio = self.div(two, pi);
                self.sqrt(ratio)
            }
            _ => {
                let twice = self.mul(two, pi);
                self.rsqrt(twice)
            }
        };
        Some(self.scale(factor, root))
    }

    fn pi(&mut self) -> Option<ExprId> {
        let pi = self.symbol("pi", LATEX, Axes::EMPTY).ok()?;
        (self.symbol_of(pi)?.latex == LATEX).then_some(pi)
    }
}
