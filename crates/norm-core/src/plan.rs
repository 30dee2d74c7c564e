//! The forward of a declaration as constant data, so that any device can play it op by op: the
//! *composed* path, the unfused baseline, and the third judge of the gradient.

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
}

/// The state of a control: an input with one value per reference set, to which a way back has something to add.
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

    /// Whether a statistic is made of squares, as a spread is: its average then starts at 1, so that nothing is divided by
    /// nothing before the first batch.
    pub const fn is_of_squares(&self, statistic: usize) -> bool {
        self.squares(self.statistic_nodes[statistic])
    }

    const fn squares(&self, node: usize) -> bool {
        match self.statistics[node].0 {
            Op::Square(_) => true,
            Op::Mean(a) | Op::Sum(a) => self.squares(a),
            Op::Add(a, b) => self.squares(a) && self.squares(b),
            Op::Mul(a, b) => {
                a == b
                    || matches!(self.statistics[a].1, Extent::Number) && self.squares(b)
                    || matches!(self.statistics[b].1, Extent::Number) && self.squares(a)
            }
            _ => false,
        }
    }

    /// Whether the output is made of the batch's own statistics, and not only of what was stored before it.
    pub fn uses_statistics(&self) -> bool {
        self.apply.iter().any(|(op, _)| matches!(op, Op::Statistic(_)))
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
