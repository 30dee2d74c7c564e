//! Which sums each sweep accumulates.

use symbolic::{ExprId, Graph, Node};

use crate::derive::Derivation;
use crate::formula::Formula;

/// The reductions of one formula, sweep by sweep. An entry is the reduced operand; `Mean` and `Sum` of the same
/// operand share it.
pub(crate) struct Schedule {
    /// Per forward sweep.
    pub(crate) levels: Vec<Vec<ExprId>>,
    /// Of the backward sweep.
    pub(crate) backward: Vec<ExprId>,
    /// Sweeps 0 and 1 are mean and second central moment of `x`.
    pub(crate) central_moments: bool,
}

/// The operands of all reductions in `roots`, in first-seen order.
fn reduced(g: &Graph, roots: &[ExprId]) -> Vec<ExprId> {
    let mut list = Vec::new();
    for e in g.topological(roots) {
        if let Node::Sum(_, operand) | Node::Mean(_, operand) = g.node(e)
            && !list.contains(operand)
        {
            list.push(*operand);
        }
    }
    list
}

impl Schedule {
    pub(crate) fn of(f: &Formula, d: &mut Derivation) -> Self {
        let levels: Vec<Vec<ExprId>> = (0..f.sweeps())
            .map(|level| {
                let roots: Vec<ExprId> = (0..d.current.len())
                    .filter(|i| f.levels[*i] == level)
                    .map(|i| d.definitions[i])
                    .collect();
                reduced(&d.graph, &roots)
            })
            .collect();
        let backward = d
            .hat_gradients
            .iter()
            .chain(&d.total_definitions)
            .chain(
                d.dparams.iter().zip(&d.inputs()).filter(|(_, p)| !is_within(&d.graph, **p)).map(|(d, _)| d),
            )
            .copied()
            .collect::<Vec<_>>();
        let backward = reduced(&d.graph, &backward);
        let central_moments = levels.len() >= 2 && levels[0] == [d.x] && {
            let mean = (0..d.current.len()).find(|i| {
                f.levels[*i] == 0 && matches!(d.graph.node(d.definitions[*i]), Node::Mean(_, e) if *e == d.x)
            });
            mean.is_some_and(|m| {
                let deviation = d.graph.sub(d.x, d.current[m]);
                levels[1] == [d.graph.square(deviation)]
            })
        };
        Self { levels, backward, central_moments }
    }

    /// Most sums of any forward sweep.
    pub(crate) fn widest(&self) -> usize {
        self.levels.iter().map(Vec::len).max().unwrap_or(0)
    }
}

/// Whether a symbol varies inside a reference set, in kernel typing.
pub(crate) fn is_within(g: &Graph, symbol: ExprId) -> bool {
    g.axes(symbol) == symbolic::Axes::ALL
}
