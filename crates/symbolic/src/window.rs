//! Windows: a weighted sum over the neighbours of an element along one axis, as one linear operator.

use crate::{Axes, Env, ExprId, Graph, Node};

/// How the neighbours in a window are weighed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Weights {
    /// All alike.
    Box,
    /// `exp(-d^2 / (2 (size/4)^2))` at a distance `d` from the middle of the window.
    Gaussian,
}

/// What the weighted sum over a window is divided by.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Divisor {
    /// Nothing: it is a sum.
    One,
    /// The weights of a whole window, also where part of it lies outside: what lies there counts as 0.
    Whole,
    /// The weights that lie inside.
    Inside,
}

/// A window: `size` elements along an axis, of which `size/2` (rounded down) lie before the element in the middle.
/// Along space it is a square over rows and columns, see [`Env::row`], and a line where there is one row only. Outside
/// lies 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Window {
    /// [`Axes::K`] or [`Axes::S`].
    pub axis: Axes,
    /// The weights.
    pub weights: Weights,
    /// The divisor.
    pub divisor: Divisor,
    /// Whether it is the adjoint operator: each element goes to all whose window it lies in.
    pub transposed: bool,
}

impl Window {
    /// The adjoint operator.
    #[must_use]
    pub const fn adjoint(self) -> Self {
        Self { transposed: !self.transposed, ..self }
    }

    /// `window_sum` or `window_mean`, with what is not usual about it: what printers write.
    pub fn words(&self) -> (&'static str, Vec<&'static str>) {
        let name = if self.divisor == Divisor::One { "window_sum" } else { "window_mean" };
        let mut words = Vec::new();
        words.extend((self.weights == Weights::Gaussian).then_some("gaussian"));
        words.extend((self.divisor == Divisor::Inside).then_some("inside"));
        words.extend(self.transposed.then_some("transposed"));
        (name, words)
    }

    /// The weight of each place of a window, and how many of them lie before the element.
    fn places(self, size: usize) -> (Vec<f64>, usize) {
        let before = size / 2;
        // The middle of a window of even size lies between two elements.
        let middle = (size as f64 - 1.0) / 2.0;
        let deviation = size as f64 / 4.0;
        let weight = |place: usize| match self.weights {
            Weights::Box => 1.0,
            Weights::Gaussian => (-((place as f64 - middle) / deviation).powi(2) / 2.0).exp(),
        };
        ((0..size).map(weight).collect(), before)
    }

    /// The matrix of the operator along `len` elements, row-major: what element `j` gives to element `i`.
    fn matrix(self, size: usize, len: usize) -> Vec<f64> {
        let (weights, before) = self.places(size);
        let mut matrix = vec![0.0; len * len];
        for i in 0..len {
            let inside = |place: &usize| (before..before + len).contains(&(i + place));
            let places: Vec<usize> = (0..size).filter(inside).collect();
            let by = match self.divisor {
                Divisor::One => 1.0,
                Divisor::Whole => weights.iter().sum(),
                Divisor::Inside => places.iter().map(|p| weights[*p]).sum(),
            };
            for place in places {
                let j = i + place - before;
                let at = if self.transposed { j * len + i } else { i * len + j };
                matrix[at] = weights[place] / by;
            }
        }
        matrix
    }

    /// Applies the operator to a dense value over `axes`, which contain its own.
    pub(crate) fn apply(self, env: &Env, axes: Axes, data: &[f64], size: usize) -> Vec<f64> {
        let along = env.len(self.axis);
        if self.axis != Axes::S {
            // What lies inside the axis moves as one.
            let inner = env.len(axes & Axes::S);
            return strided(data, along, inner, &self.matrix(size, along));
        }
        let row = env.row_length().clamp(1, along.max(1));
        let columns = strided(data, row, 1, &self.matrix(size, row));
        // A last row that is not full is none: the interpreter is given whole rows.
        let rows = along / row;
        if rows <= 1 {
            return columns;
        }
        strided(&columns, rows, row, &self.matrix(size, rows))
    }
}

/// A matrix over the middle one of three nested axes.
fn strided(data: &[f64], len: usize, inner: usize, matrix: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; data.len()];
    for (from, to) in data.chunks(len * inner).zip(out.chunks_mut(len * inner)) {
        for i in 0..len {
            for (j, weight) in matrix[i * len..(i + 1) * len].iter().enumerate().filter(|(_, w)| **w != 0.0) {
                for k in 0..inner {
                    to[i * inner + k] += weight * from[j * inner + k];
                }
            }
        }
    }
    out
}

impl Graph {
    /// The window over an operand; `size`, a constant or a symbol without axes, says how many elements it has.
    pub fn window(&mut self, window: Window, e: ExprId, size: ExprId) -> ExprId {
        if self.as_number(e) == Some(0.0) {
            return e;
        }
        self.intern(Node::Window(window, e, size))
    }

    /// `window(c*e)` is `c*window(e)` where `c` does not vary along the window.
    pub(crate) fn simplify_window(&mut self, window: Window, e: ExprId, size: ExprId) -> ExprId {
        let factors = self.factors(e);
        let (mut outside, inside): (Vec<ExprId>, Vec<ExprId>) =
            factors.iter().partition(|&&f| self.is_invariant(f, window.axis));
        // A window over a constant is no constant at the border: something stays inside.
        let inside = self.mul_all(&inside);
        outside.push(self.window(window, inside, size));
        self.mul_all(&outside)
    }
}
