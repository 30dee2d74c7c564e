//! A checked expression, and what can be said of it.

use proc_macro2::Ident;

use symbolic::{Axes, Window};

use crate::declaration::{Param, ReferenceSet};
use crate::operators::Function;
use crate::{derive, sets};

/// A checked expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Term {
    Number(f64),
    X,
    /// How many elements a reference set pools.
    Count,
    Param(usize),
    Const(usize),
    Statistic(usize),
    /// What a statistic was in the policy's store before this batch.
    Previous(usize),
    /// The same of a let on a later line, until it is known which statistic that is.
    Later(usize),
    Alias(usize),
    /// A value whose adjoint is controlled along a direction at a rate, by the state of that number.
    Controlled {
        control: usize,
        /// Value, direction, rate.
        of: Vec<Term>,
    },
    Add(Box<Term>, Box<Term>),
    Sub(Box<Term>, Box<Term>),
    Mul(Box<Term>, Box<Term>),
    Div(Box<Term>, Box<Term>),
    Neg(Box<Term>),
    Call(Function, Vec<Term>),
    /// A mean or sum over one of several sets.
    Over(Function, Box<Term>, ReferenceSet),
    /// A window over a value, and how many elements it has.
    Window(Window, Box<Term>, Box<Term>),
}

/// What a term varies over, coarsely.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Extent {
    Number,
    Set,
    Element,
}

/// The shorthands that a term may name.
pub(crate) type Aliases = [(Ident, Term)];

impl Term {
    /// What it is made of; a shorthand is made of what it stands for.
    pub(crate) fn parts<'a>(&'a self, aliases: &'a Aliases) -> Vec<&'a Term> {
        match self {
            Self::Alias(i) => vec![&aliases[*i].1],
            Self::Add(a, b) | Self::Sub(a, b) | Self::Mul(a, b) | Self::Div(a, b) => vec![a, b],
            Self::Neg(a) | Self::Over(_, a, _) => vec![a],
            Self::Window(_, a, size) => vec![a, size],
            Self::Call(_, a) | Self::Controlled { of: a, .. } => a.iter().collect(),
            Self::Number(_)
            | Self::X
            | Self::Count
            | Self::Param(_)
            | Self::Const(_)
            | Self::Statistic(_)
            | Self::Previous(_)
            | Self::Later(_) => Vec::new(),
        }
    }

    /// Calls a function with it and everything in it, as far as it is written here.
    pub(crate) fn each(&mut self, f: &mut impl FnMut(&mut Term)) {
        f(self);
        match self {
            Self::Add(a, b) | Self::Sub(a, b) | Self::Mul(a, b) | Self::Div(a, b) | Self::Window(_, a, b) => {
                a.each(f);
                b.each(f);
            }
            Self::Neg(a) | Self::Over(_, a, _) => a.each(f),
            Self::Call(_, list) | Self::Controlled { of: list, .. } => {
                for t in list {
                    t.each(f);
                }
            }
            Self::Number(_)
            | Self::X
            | Self::Count
            | Self::Param(_)
            | Self::Const(_)
            | Self::Statistic(_)
            | Self::Previous(_)
            | Self::Later(_)
            | Self::Alias(_) => {}
        }
    }

    /// Whether it, or anything in it, is such a term.
    pub(crate) fn contains(&self, aliases: &Aliases, what: &impl Fn(&Term) -> bool) -> bool {
        what(self) || self.parts(aliases).into_iter().any(|t| t.contains(aliases, what))
    }

    /// Whether something in it pools.
    pub(crate) fn pools(&self, aliases: &Aliases) -> bool {
        self.contains(aliases, &|t| {
            matches!(t, Self::Over(..) | Self::Window(..)) || matches!(t, Self::Call(f, _) if f.pools())
        })
    }

    /// What it varies over.
    pub(crate) fn extent(&self, aliases: &Aliases) -> Extent {
        match self {
            // Whether a parameter varies inside a set is the skeleton's business; a let made of parameters is
            // no statistic, so it counts as varying.
            Self::X | Self::Param(_) => Extent::Element,
            Self::Statistic(_) | Self::Previous(_) | Self::Later(_) | Self::Over(..) | Self::Window(..) => {
                Extent::Set
            }
            Self::Call(f, _) if f.pools() => Extent::Set,
            other => {
                let parts = other.parts(aliases).into_iter().map(|t| t.extent(aliases));
                parts.max().unwrap_or(Extent::Number)
            }
        }
    }

    /// The axes it varies over, where several sets are pooled; `statistics` are those of earlier ones.
    pub(crate) fn axes(&self, aliases: &Aliases, params: &[Param], statistics: &[Axes]) -> Axes {
        let of = |t: &Self| t.axes(aliases, params, statistics);
        match self {
            Self::X => Axes::ALL,
            Self::Param(i) => derive::param_axes(params[*i].axis),
            Self::Statistic(i) => statistics[*i],
            // A store has one value per channel.
            Self::Previous(_) | Self::Later(_) => Axes::G | Axes::K,
            Self::Over(_, a, set) => of(a).minus(sets::axes(*set)),
            Self::Window(window, a, _) => of(a) | window.axis,
            other => other.parts(aliases).into_iter().fold(Axes::EMPTY, |all, t| all | of(t)),
        }
    }

    /// The sweep after which it is known, given the sweeps of earlier statistics. `pooled`: whether something
    /// around it pools.
    pub(crate) fn level(&self, aliases: &Aliases, earlier: &[usize], pooled: bool) -> usize {
        if let Self::Statistic(i) = self {
            return earlier[*i] + usize::from(pooled);
        }
        let pooled = pooled || matches!(self, Self::Call(f, _) if f.pools());
        let parts = self.parts(aliases).into_iter().map(|t| t.level(aliases, earlier, pooled));
        parts.max().unwrap_or(0)
    }
}
