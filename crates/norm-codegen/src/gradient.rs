//! The gradient of a derivation in lines: as it was derived, and as a person writes it.

use std::collections::BTreeMap;

use symbolic::{Env, ExprId, Gradient, Graph, Presented, Value};

use crate::derive::{Derivation, broadcast};
use crate::docs;
use crate::formula::Formula;

/// What stands on the left of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Left {
    /// A name for something that stands in later lines.
    Name(ExprId),
    /// The gradient at a statistic; later lines have a symbol for it.
    Statistic { of: ExprId, symbol: ExprId },
    /// The gradient at the input or a parameter.
    Gradient(ExprId),
    /// Not a gradient: what the state of a control is afterwards.
    State(ExprId),
}

/// The gradient of a formula in lines for readers, each symbol explained before it is used.
#[derive(Debug, Clone)]
pub struct PrintedGradient {
    pub(crate) graph: Graph,
    pub(crate) lines: Vec<(Left, ExprId)>,
}

impl PrintedGradient {
    /// The lines as they were derived: gradients at statistics from last to first, input, parameters.
    pub fn as_derived(f: &Formula, d: &Derivation) -> Self {
        let (graph, gradient) = derived(f, d);
        let Gradient { steps, results, .. } = gradient;
        Self::of(graph, d, &Presented { names: Vec::new(), steps, results })
    }

    /// The same as a person writes it.
    pub fn presented(f: &Formula, d: &Derivation) -> Self {
        let (mut graph, gradient) = derived(f, d);
        match graph.present(&gradient) {
            Ok(presented) => Self::of(graph, d, &presented),
            // The pass refuses ids of another graph, and these are of this one.
            Err(_) => Self::as_derived(f, d),
        }
    }

    fn of(graph: Graph, d: &Derivation, presented: &Presented) -> Self {
        let mut lines: Vec<(Left, ExprId)> =
            presented.names.iter().map(|&(name, meaning)| (Left::Name(name), meaning)).collect();
        for &(symbol, e) in &presented.steps {
            let of = d.totals.iter().position(|total| *total == symbol).map_or(symbol, |i| d.current[i]);
            lines.push((Left::Statistic { of, symbol }, e));
        }
        let gradients = std::iter::once(&d.x).chain(&d.params).map(|&e| Left::Gradient(e));
        let lefts = gradients.chain(d.controls.iter().map(|&e| Left::State(e)));
        lines.extend(lefts.zip(presented.results.iter().copied()));
        Self { graph, lines }
    }

    /// The names that the lines begin with, and what they stand for.
    pub(crate) fn names(&self) -> impl Iterator<Item = (ExprId, ExprId)> {
        self.lines.iter().filter_map(|&(left, e)| match left {
            Left::Name(name) => Some((name, e)),
            Left::Statistic { .. } | Left::Gradient(_) | Left::State(_) => None,
        })
    }

    /// The lines as plain text.
    pub fn text(&self) -> Vec<String> {
        docs::backward(self).into_iter().map(|line| format!("{} = {}", line.lhs, line.text)).collect()
    }

    /// Runs the lines by the interpreter: values by what stands on the left of a line, names and gradients at
    /// statistics left out. `env` binds input, parameters, constants, what is stored, statistics and `dy`.
    pub fn interpret(&self, mut env: Env) -> Result<BTreeMap<String, Value>, symbolic::Error> {
        if env.value("pi").is_none() {
            env = env.bind("pi", vec![std::f64::consts::PI]);
        }
        let mut values = BTreeMap::new();
        for ((left, e), line) in self.lines.iter().zip(docs::backward(self)) {
            let value = self.graph.evaluate(&[*e], &env)?.remove(0);
            let (Left::Name(symbol)
            | Left::Statistic { symbol, .. }
            | Left::Gradient(symbol)
            | Left::State(symbol)) = *left;
            let value = broadcast(&value, self.graph.axes(symbol), &env);
            if matches!(left, Left::Name(_) | Left::Statistic { .. }) {
                env = env.bind(&self.graph.to_text(symbol), value.data);
            } else {
                values.insert(line.lhs, value);
            }
        }
        Ok(values)
    }
}

/// What the presentation pass reads, and the graph it stands in.
fn derived(f: &Formula, d: &Derivation) -> (Graph, Gradient) {
    let (mut graph, shorthands) = d.with_shorthands(f);
    let mut steps = Vec::new();
    for i in (0..d.current.len()).rev() {
        // With an exact rule the ruled gradient is the gradient itself, so it is written out.
        let e = graph.substitute(d.total_definitions[i], &[(d.ruled[i], d.hat_gradients[i])]);
        steps.push((d.totals[i], graph.simplify(e)));
    }
    let (gradients, found) = d.dparams.split_at(d.params.len());
    let mut results = vec![d.dx];
    results.extend(gradients);
    for (state, found) in d.controls.iter().zip(found) {
        results.push(graph.add(*state, *found));
    }
    let mut formula = vec![graph.simplify(d.y)];
    formula.extend(&d.definitions);
    (graph, Gradient { input: d.x, upstream: d.dy, formula, shorthands, steps, results })
}
