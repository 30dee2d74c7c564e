//! What a declaration with several sets or windows becomes: steps in an order in which operands come first.

use crate::formula::Formula;
use crate::layout::{Layout, ParamAxis};
use crate::value::{Array, Value};
use crate::window::Window;

/// Axes of `x[N][G][K][S]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Over(pub u8);

impl Over {
    /// Cases.
    pub const N: Self = Self(1);
    /// Groups.
    pub const G: Self = Self(2);
    /// Channels in a group.
    pub const K: Self = Self(4);
    /// Space.
    pub const S: Self = Self(8);
    /// All four.
    pub const ALL: Self = Self(15);
    /// How many sets of axes there are.
    pub const COUNT: usize = 16;

    /// Those that a parameter varies over.
    pub(crate) const fn of(axis: ParamAxis) -> Self {
        match axis {
            ParamAxis::Scalar => Self(0),
            ParamAxis::Group => Self::G,
            ParamAxis::Channel => Self(Self::G.0 | Self::K.0),
            ParamAxis::Element => Self(Self::G.0 | Self::K.0 | Self::S.0),
        }
    }
    /// Whether it holds every axis of another.
    pub const fn holds(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
    /// Without the axes of another.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }
    /// The length along each axis, 1 along those it lacks.
    pub(crate) fn sizes(self, l: &Layout) -> [usize; 4] {
        let all = [(Self::N, l.n), (Self::G, l.g), (Self::K, l.k), (Self::S, l.s)];
        all.map(|(axis, len)| if self.holds(axis) { len } else { 1 })
    }
    /// Elements of a dense value over these axes.
    pub(crate) fn len(self, l: &Layout) -> usize {
        self.sizes(l).iter().product()
    }
    /// Where an element lies in a dense value over these axes, given where along each axis.
    #[inline]
    pub(crate) fn place(strides: [usize; 4], index: [usize; 4]) -> usize {
        strides[0] * index[0] + strides[1] * index[1] + strides[2] * index[2] + strides[3] * index[3]
    }
    /// How far apart neighbours along each axis lie in such a value; 0 along axes it lacks.
    pub(crate) fn strides(self, l: &Layout) -> [usize; 4] {
        let sizes = self.sizes(l);
        let mut strides = [0; 4];
        let mut next = 1;
        for (axis, bit) in [Self::N, Self::G, Self::K, Self::S].into_iter().enumerate().rev() {
            if self.holds(bit) {
                strides[axis] = next;
                next *= sizes[axis];
            }
        }
        strides
    }
}

/// What a body reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The input of the call.
    X,
    /// The upstream gradient.
    Dy,
    /// A parameter or frozen input, by its position among the inputs of a call.
    Input(usize),
    /// What an earlier step made.
    Step(usize),
}

/// How many elements a window has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Size {
    /// As a constant of the declaration says.
    Const(usize),
    /// So many.
    Number(f64),
}

impl Size {
    /// Its value under these constants.
    pub fn value(self, consts: &[f64]) -> f64 {
        match self {
            Self::Const(i) => consts[i],
            Self::Number(v) => v,
        }
    }
}

/// What becomes of the values of a body.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sink {
    /// They are kept.
    Keep,
    /// They are added up over axes.
    Sum(Over),
    /// Their mean over axes.
    Mean(Over),
    /// A window is laid over them.
    Window(Window, Size),
}

/// One pass over a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Step {
    /// The axes that are visited.
    pub over: Over,
    /// What the body reads; none varies over another axis.
    pub operands: &'static [Source],
    /// What becomes of its values.
    pub sink: Sink,
}

impl Step {
    /// Over what the result varies.
    pub const fn axes(&self) -> Over {
        match self.sink {
            Sink::Sum(over) | Sink::Mean(over) => self.over.without(over),
            Sink::Keep | Sink::Window(..) => self.over,
        }
    }
}

/// All steps of a declaration, forward and backward, and where the named values are. A call takes the steps it needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Program {
    /// The steps.
    pub steps: &'static [Step],
    /// The step of each statistic that the policy hands out.
    pub statistics: &'static [usize],
    /// The output.
    pub y: usize,
    /// The gradient at each of those statistics, all paths counted.
    pub totals: &'static [usize],
    /// The gradient of each parameter; over fewer axes than the parameter where it is the same along the others.
    pub params: &'static [usize],
    /// The gradient of the input.
    pub dx: usize,
}

/// A declaration with several reference sets, or with a window.
pub trait Staged: Formula {
    /// The order of the work.
    const PROGRAM: &'static Program;
    /// Constants.
    type Consts: Array<f64> + Send + Sync;
    /// As many operands as any body has.
    type Operands<V: Value>: Array<V>;
    /// The body of a step. `n` holds how many elements each set of axes has, those that are masked left out.
    fn body<V: Value>(step: usize, i: &Self::Operands<V>, n: &[f64; Over::COUNT], c: &Self::Consts) -> V;
}
