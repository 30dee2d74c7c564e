//! The forward of a declaration as constant data, so that any device can play it op by op: the
//! *composed* path, the unfused baseline, and the third judge of the gradient.

use crate::descriptor::Descriptor;
use crate::error::Error;
use crate::layout::{Layout, ReferenceSet};
use crate::staged::Size;
use crate::window::{Along, Window};

/// One operation; operands are indices of earlier nodes.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Op {
    /// The input.
    X,
    /// A parameter, by position.
    Param(usize),
    /// A constant of the declaration, by position.
    Const(usize),
    /// A statistic as the policy hands it back, by position; only in the apply part.
    Statistic(usize),
    /// A literal.
    Literal(f64),
    /// Number of pooled elements.
    Count,
    /// Sum of two.
    Add(usize, usize),
    /// Difference of two.
    Sub(usize, usize),
    /// Product of two.
    Mul(usize, usize),
    /// Quotient of two.
    Div(usize, usize),
    /// Negation.
    Neg(usize),
    /// Square.
    Square(usize),
    /// Square root.
    Sqrt(usize),
    /// Constant power.
    Pow(usize, f64),
    /// Power with an operand as exponent: `exp(b ln a)`, or the plain power where the exponent is a number.
    PowExpr(usize, usize),
    /// Exponential.
    Exp(usize),
    /// Natural logarithm.
    Ln(usize),
    /// Hyperbolic tangent.
    Tanh(usize),
    /// Logistic function.
    Sigmoid(usize),
    /// Error function.
    Erf(usize),
    /// Absolute value.
    Abs(usize),
    /// Sign.
    Sign(usize),
    /// 1 where positive.
    Step(usize),
    /// Larger of two.
    Max(usize, usize),
    /// Smaller of two.
    Min(usize, usize),
    /// The value without its gradient.
    StopGradient(usize),
    /// The value of the first with the gradient of the second.
    ReplaceGradient(usize, usize),
    /// The value of the first; its gradient is controlled along the second at the rate of the third.
    Controlled(Control, usize, usize, usize),
    /// Mean over the reference set.
    Mean(usize),
    /// Sum over the reference set.
    Sum(usize),
    /// Mean over a set of a declaration that names several.
    MeanOver(usize, ReferenceSet),
    /// Sum over a set of a declaration that names several.
    SumOver(usize, ReferenceSet),
    /// A window over the first; the second, a number, says how many elements it has.
    Window(Window, usize, usize),
}

impl Op {
    /// Its operands, in order.
    pub fn operands(self) -> impl Iterator<Item = usize> {
        let (a, b, c) = match self {
            Self::X
            | Self::Param(_)
            | Self::Const(_)
            | Self::Statistic(_)
            | Self::Literal(_)
            | Self::Count => (None, None, None),
            Self::Add(a, b)
            | Self::Sub(a, b)
            | Self::Mul(a, b)
            | Self::Div(a, b)
            | Self::PowExpr(a, b)
            | Self::Max(a, b)
            | Self::Min(a, b)
            | Self::ReplaceGradient(a, b)
            | Self::Window(_, a, b) => (Some(a), Some(b), None),
            Self::Controlled(_, a, b, c) => (Some(a), Some(b), Some(c)),
            Self::Neg(a)
            | Self::Square(a)
            | Self::Sqrt(a)
            | Self::Pow(a, _)
            | Self::Exp(a)
            | Self::Ln(a)
            | Self::Tanh(a)
            | Self::Sigmoid(a)
            | Self::Erf(a)
            | Self::Abs(a)
            | Self::Sign(a)
            | Self::Step(a)
            | Self::StopGradient(a)
            | Self::Mean(a)
            | Self::Sum(a)
            | Self::MeanOver(a, _)
            | Self::SumOver(a, _) => (Some(a), None, None),
        };
        a.into_iter().chain(b).chain(c)
    }
}

/// The state of a control: an input with one value per reference set, to which a backward pass has something to add.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Control {
    /// Its name.
    pub name: &'static str,
    /// Its position among the inputs of a call: behind the parameters.
    pub state: usize,
}

/// Whether a node has one value per element or one per reference set (or one at all).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// A plain number.
    Number,
    /// One value per reference set.
    Set,
    /// One value per element.
    Element,
    /// A parameter or something made of parameters only, with the parameter's own axis.
    Param,
}

/// Nodes in an order in which operands come first, and where the named things are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// The operations of the statistics, `h(x)`.
    pub statistics: &'static [(Op, Extent)],
    /// For each statistic the node that holds it.
    pub statistic_nodes: &'static [usize],
    /// The operations of the application, `f(x, ŝ, params)`; the last node is `y`.
    pub apply: &'static [(Op, Extent)],
}

impl Plan {
    /// The controls, in the order of their states.
    pub fn controls(&self) -> Vec<Control> {
        let of = |(op, _): &(Op, Extent)| match op {
            Op::Controlled(control, ..) => Some(*control),
            _ => None,
        };
        let mut all: Vec<Control> = self.apply.iter().filter_map(of).collect();
        all.sort_by_key(|c| c.state);
        all
    }

    /// Whether a statistic is made of squares, as a variance or a deviation is: its average then starts at 1, so that
    /// nothing is divided by nothing before the first batch.
    pub const fn is_of_squares(&self, statistic: usize) -> bool {
        self.squares(self.statistic_nodes[statistic])
    }

    const fn squares(&self, node: usize) -> bool {
        match self.statistics[node].0 {
            Op::Square(_) => true,
            Op::Mean(a) | Op::Sum(a) => self.squares(a),
            // A deviation: what stands under the root, an epsilon beside it or not, is not negative.
            Op::Sqrt(a) => match self.statistics[a].0 {
                Op::Add(a, b) if matches!(self.statistics[b].1, Extent::Number) => self.squares(a),
                _ => self.squares(a),
            },
            Op::Add(a, b) => self.squares(a) && self.squares(b),
            Op::Mul(a, b) => {
                a == b
                    || matches!(self.statistics[a].1, Extent::Number) && self.squares(b)
                    || matches!(self.statistics[b].1, Extent::Number) && self.squares(a)
            }
            _ => false,
        }
    }

    const fn parts(&self) -> [&'static [(Op, Extent)]; 2] {
        [self.statistics, self.apply]
    }

    fn operations(&self) -> impl Iterator<Item = (&'static [(Op, Extent)], Op)> {
        self.parts().into_iter().flat_map(|part| part.iter().map(move |(op, _)| (part, *op)))
    }

    /// Whether anything says over what it pools, and whether that is the space of single channels.
    pub(crate) const fn says_sets(&self) -> (bool, bool) {
        let mut found = (false, false);
        let mut part = 0;
        while part < 2 {
            let operations = self.parts()[part];
            let mut i = 0;
            while i < operations.len() {
                if let Op::MeanOver(_, set) | Op::SumOver(_, set) = operations[i].0 {
                    found = (true, found.1 || matches!(set, ReferenceSet::Space));
                }
                found.0 = found.0 || matches!(operations[i].0, Op::Window(..));
                i += 1;
            }
            part += 1;
        }
        found
    }

    /// Whether more than one set is pooled, or a window: see [`crate::Staged`].
    pub const fn is_staged(&self) -> bool {
        self.says_sets().0
    }

    /// The sets it pools, in the order in which they are named first.
    pub fn sets(&self) -> Vec<ReferenceSet> {
        let mut all = Vec::new();
        for (_, op) in self.operations() {
            if let Op::MeanOver(_, set) | Op::SumOver(_, set) = op
                && !all.contains(&set)
            {
                all.push(set);
            }
        }
        all
    }

    /// Its windows, each with its number of elements.
    pub fn windows(&self) -> Vec<(Window, Size)> {
        let sized = |(part, op): (&[(Op, Extent)], Op)| match op {
            Op::Window(window, _, size) => match part[size].0 {
                Op::Const(i) => Some((window, Size::Const(i))),
                Op::Literal(v) => Some((window, Size::Number(v))),
                _ => None,
            },
            _ => None,
        };
        self.operations().filter_map(sized).collect()
    }

    /// Whether a layout and constants are such that windows can be laid over it.
    ///
    /// # Errors
    ///
    /// [`Error::Constant`] for a window that is no whole number of elements or longer than [`Window::MOST`],
    /// [`Error::Row`] where space is not made of whole rows.
    pub fn check_windows(&self, d: &Descriptor, l: &Layout, consts: &[f64]) -> Result<(), Error> {
        for (window, size) in self.windows() {
            let got = size.value(consts);
            if got.is_nan() || !(1.0..=Window::MOST).contains(&got) || got.fract() != 0.0 {
                let domain = "a whole number of elements, from 1 to 65536";
                let name = if let Size::Const(i) = size { d.consts[i].name } else { "size" };
                return Err(Error::Constant { method: d.id, name, got, domain });
            }
            if window.along == Along::Space && !l.s.is_multiple_of(l.row) {
                return Err(Error::Row { method: d.id, space: l.s, row: l.row });
            }
        }
        Ok(())
    }

    /// Whether the output is made of the batch's own statistics, and not only of what was stored before it.
    pub fn uses_statistics(&self) -> bool {
        let pools =
            |op: &Op| matches!(op, Op::Statistic(_) | Op::MeanOver(..) | Op::SumOver(..) | Op::Window(..));
        self.apply.iter().any(|(op, _)| pools(op))
    }

    /// Whether the output subtracts one statistic from another, as a variance from two moments does: digits cancel.
    pub fn subtracts_statistics(&self) -> bool {
        self.apply.iter().any(|(op, extent)| matches!(op, Op::Sub(..)) && *extent == Extent::Set)
    }

    /// Whether an element of the output may be cut off: it then depends on nothing but a bound.
    pub fn cuts_off(&self) -> bool {
        let cuts = |op: &Op| matches!(op, Op::Max(..) | Op::Min(..) | Op::Step(_));
        self.apply.iter().any(|(op, extent)| cuts(op) && *extent == Extent::Element)
    }
}
