//! The declaration, checked and typed: statistics, shorthands, the output, and in which sweep each is known.

use proc_macro2::Ident;
use symbolic::Axes;

use crate::declaration::{Declaration, ParamAxis, ReferenceSet};
use crate::operators::Function;
use crate::term::Term;

/// A checked declaration.
#[derive(Debug, Clone)]
pub struct Formula {
    pub(crate) declaration: Declaration,
    pub(crate) statistics: Vec<(Ident, Term)>,
    pub(crate) aliases: Vec<(Ident, Term)>,
    /// The shorthands whose adjoints are controlled, in order.
    pub(crate) controls: Vec<Ident>,
    pub(crate) output: Term,
    /// For each statistic the sweep after which it is known.
    pub(crate) levels: Vec<usize>,
    /// Whether it pools several sets, or a window: then it has steps of its own in place of the skeletons' bodies.
    pub(crate) staged: bool,
    /// For each statistic of a staged formula the axes it varies over.
    pub(crate) axes: Vec<Axes>,
}

impl Formula {
    /// The type's name.
    pub fn name(&self) -> &Ident {
        &self.declaration.name
    }

    /// Statistic names in order.
    pub fn statistic_names(&self) -> Vec<String> {
        self.statistics.iter().map(|s| s.0.to_string()).collect()
    }

    /// Parameter names, axes and initial values in order.
    pub fn param_specs(&self) -> Vec<(String, ParamAxis, f64)> {
        self.declaration.params.iter().map(|p| (p.name.to_string(), p.axis, p.initial)).collect()
    }

    /// Constant names and defaults in order.
    pub fn const_specs(&self) -> Vec<(String, f64)> {
        self.declaration.consts.iter().map(|c| (c.name.to_string(), c.default)).collect()
    }

    /// The statistics whose earlier value something looks at, in order: the frozen inputs.
    pub(crate) fn frozen(&self) -> Vec<usize> {
        let terms = || self.statistics.iter().map(|s| &s.1).chain([&self.output]);
        let looks = |i: &usize| terms().any(|t| t.contains(&self.aliases, &|t| *t == Term::Previous(*i)));
        (0..self.statistics.len()).filter(looks).collect()
    }

    /// The statistics that the policy hands out: all, or of a staged formula those over the batch that an element or the
    /// store looks at. The others belong to their case.
    pub(crate) fn handed_out(&self) -> Vec<usize> {
        let all = 0..self.statistics.len();
        if !self.staged {
            return all.collect();
        }
        let over_batch = |i: usize| !self.axes[i].contains(Axes::N);
        let frozen = self.frozen();
        let looked_at = |i: usize| {
            let local = all.clone().filter(|j| !over_batch(*j)).map(|j| &self.statistics[j].1);
            let mut terms = local.chain([&self.output]);
            terms.any(|t| t.contains(&self.aliases, &|t| *t == Term::Statistic(i))) || frozen.contains(&i)
        };
        all.clone().filter(|i| over_batch(*i) && looked_at(*i)).collect()
    }

    /// Whether a statistic looks at an earlier value.
    pub(crate) fn statistics_look_back(&self) -> bool {
        let previous = |t: &Term| matches!(t, Term::Previous(_));
        self.statistics.iter().any(|s| s.1.contains(&self.aliases, &previous))
    }

    /// The reference set.
    pub fn reference_set(&self) -> ReferenceSet {
        self.declaration.reference_set
    }

    /// Axes that a reference set pools.
    pub fn set_axes(&self) -> Axes {
        if self.reference_set().is_rowwise() { Axes::K | Axes::S } else { Axes::N | Axes::S }
    }

    /// Number of sweeps.
    pub(crate) fn sweeps(&self) -> usize {
        self.levels.iter().map(|l| l + 1).max().unwrap_or(0)
    }

    /// Whether a statistic is the mean squared deviation from a mean.
    pub(crate) fn is_variance(&self, i: usize) -> bool {
        fn mean_of(t: &Term) -> Option<&Term> {
            match t {
                Term::Over(Function::Mean, a, _) => Some(a),
                Term::Call(Function::Mean, a) => Some(&a[0]),
                _ => None,
            }
        }
        let is_mean = |s: usize| mean_of(&self.statistics[s].1) == Some(&Term::X);
        let deviation = |t: &Term| match t {
            Term::Sub(a, b) => **a == Term::X && matches!(**b, Term::Statistic(s) if is_mean(s)),
            _ => false,
        };
        let unalias = |t: &Term| match t {
            Term::Alias(i) => self.aliases[*i].1.clone(),
            other => other.clone(),
        };
        match mean_of(&self.statistics[i].1) {
            Some(inside) => match inside {
                Term::Call(Function::Square, a) => deviation(&unalias(&a[0])),
                Term::Mul(a, b) => a == b && deviation(&unalias(a)),
                _ => false,
            },
            _ => false,
        }
    }
}
