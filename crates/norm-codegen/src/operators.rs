//! The functions a declaration may call: one table for the graph and for the plan.

use symbolic::{ExprId, Graph};

/// A function of the grammar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Function {
    Mean,
    Sum,
    WindowMean,
    WindowSum,
    Sqrt,
    Rsqrt,
    Recip,
    Square,
    Exp,
    Ln,
    Tanh,
    Sigmoid,
    Erf,
    Abs,
    Sign,
    Step,
    Relu,
    Max,
    Min,
    Pow,
    StopGradient,
    ReplaceGradient,
    /// What a statistic was in the policy's store before this batch; the checker makes a term of its own of it.
    Prev,
    /// A value with its adjoint under control; the checker makes a term of its own of it.
    Controlled,
}

impl Function {
    pub(crate) const ALL: [(&'static str, Self, usize); 24] = [
        ("mean", Self::Mean, 1),
        ("sum", Self::Sum, 1),
        ("window_mean", Self::WindowMean, 2),
        ("window_sum", Self::WindowSum, 2),
        ("sqrt", Self::Sqrt, 1),
        ("rsqrt", Self::Rsqrt, 1),
        ("recip", Self::Recip, 1),
        ("square", Self::Square, 1),
        ("exp", Self::Exp, 1),
        ("ln", Self::Ln, 1),
        ("tanh", Self::Tanh, 1),
        ("sigmoid", Self::Sigmoid, 1),
        ("erf", Self::Erf, 1),
        ("abs", Self::Abs, 1),
        ("sign", Self::Sign, 1),
        ("step", Self::Step, 1),
        ("relu", Self::Relu, 1),
        ("max", Self::Max, 2),
        ("min", Self::Min, 2),
        ("pow", Self::Pow, 2),
        ("stop_gradient", Self::StopGradient, 1),
        ("replace_gradient", Self::ReplaceGradient, 2),
        ("prev", Self::Prev, 1),
        ("controlled", Self::Controlled, 3),
    ];

    /// The function of that name and how many arguments it takes.
    pub(crate) fn find(name: &str) -> Option<(Self, usize)> {
        Self::ALL.iter().find(|f| f.0 == name).map(|f| (f.1, f.2))
    }

    /// All names, for an error.
    pub(crate) fn names() -> String {
        Self::ALL.iter().map(|f| f.0).collect::<Vec<_>>().join(", ")
    }

    /// As it stands in a declaration.
    pub(crate) fn name(self) -> &'static str {
        Self::ALL.iter().find(|f| f.1 == self).map_or("", |f| f.0)
    }

    /// Whether it pools over a reference set.
    pub(crate) const fn pools(self) -> bool {
        matches!(self, Self::Mean | Self::Sum) || self.is_window()
    }

    /// Whether it lays a window.
    pub(crate) const fn is_window(self) -> bool {
        matches!(self, Self::WindowMean | Self::WindowSum)
    }

    /// Its node; `set` are the axes of the reference set.
    pub(crate) fn build(self, g: &mut Graph, set: symbolic::Axes, a: &[ExprId]) -> ExprId {
        match self {
            Self::Mean => g.mean(set, a[0]),
            Self::Sum => g.sum(set, a[0]),
            Self::Sqrt => g.sqrt(a[0]),
            Self::Rsqrt => g.rsqrt(a[0]),
            Self::Recip => g.recip(a[0]),
            Self::Square => g.square(a[0]),
            Self::Exp => g.exp(a[0]),
            Self::Ln => g.ln(a[0]),
            Self::Tanh => g.tanh(a[0]),
            Self::Sigmoid => g.sigmoid(a[0]),
            Self::Erf => g.erf(a[0]),
            Self::Abs => g.abs(a[0]),
            Self::Sign => g.sign(a[0]),
            Self::Step => g.step(a[0]),
            Self::Relu => {
                let zero = g.num(0.0);
                g.max(a[0], zero)
            }
            Self::Max => g.max(a[0], a[1]),
            Self::Min => g.min(a[0], a[1]),
            Self::Pow => match g.as_number(a[1]) {
                Some(e) => g.pow(a[0], e),
                None => g.pow_expr(a[0], a[1]),
            },
            Self::StopGradient => g.stop_gradient(a[0]),
            Self::ReplaceGradient => g.replace_gradient(a[0], a[1]),
            // Never built: these are terms of their own, or what is wrong with them has been reported.
            Self::Prev | Self::Controlled | Self::WindowMean | Self::WindowSum => a[0],
        }
    }
}
