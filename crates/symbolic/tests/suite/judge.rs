//! A second evaluator, over trees and one element at a time: it shares no code with the engine.

use std::cell::Cell;
use std::collections::BTreeMap;

use symbolic::{Axes, Divisor, Weights, Window};

use crate::trees::{LEAVES, SIZES, Tree};

type At = [usize; 4];

/// Values of the symbols by name, and which cases count.
#[derive(Clone)]
pub(crate) struct Point {
    pub(crate) values: BTreeMap<&'static str, Vec<f64>>,
    pub(crate) counts: [bool; SIZES[0]],
}

/// Evaluates trees at `now`. Where a gradient is stopped or replaced, `base` supplies the value: moving `now` away
/// from it then changes the result exactly as the declared derivative says.
pub(crate) struct Judge<'a> {
    pub(crate) base: &'a Point,
    pub(crate) now: &'a Point,
    /// The largest magnitude met on the way: what rounding errors are relative to.
    pub(crate) largest: Cell<f64>,
    /// How near an operand came to where its function jumps or bends: there neither rounding nor a difference
    /// quotient can be held to a bound.
    pub(crate) nearest_kink: Cell<f64>,
}

/// Index into a dense value over `axes` of the element at a position of the full layout.
pub(crate) fn index(axes: Axes, at: At) -> usize {
    let mut index = 0;
    for (i, axis) in [Axes::N, Axes::G, Axes::K, Axes::S].into_iter().enumerate() {
        if axes.contains(axis) {
            index = index * SIZES[i] + at[i];
        }
    }
    index
}

/// Every position of the full layout.
pub(crate) fn positions() -> impl Iterator<Item = At> {
    let [n, g, k, s] = SIZES;
    (0..n * g * k * s).map(move |i| [i / (g * k * s), i / (k * s) % g, i / s % k, i % s])
}

impl<'a> Judge<'a> {
    pub(crate) fn new(base: &'a Point, now: &'a Point) -> Self {
        Self { base, now, largest: Cell::new(1.0), nearest_kink: Cell::new(f64::INFINITY) }
    }

    /// The value of a tree at a position of the full layout.
    pub(crate) fn value(&self, tree: &Tree, at: At) -> f64 {
        self.seen(self.value_at(self.now, tree, at))
    }

    /// The sum over counted cases of `dy` times the tree.
    pub(crate) fn loss(&self, tree: &Tree) -> f64 {
        let counted = positions().filter(|at| self.now.counts[at[0]]);
        counted.map(|at| self.now.values["dy"][index(Axes::ALL, at)] * self.value(tree, at)).sum()
    }

    fn seen(&self, value: f64) -> f64 {
        self.largest.set(self.largest.get().max(value.abs()));
        value
    }

    /// Notes how far an operand is from the kink at 0.
    fn kink(&self, distance: f64) -> f64 {
        self.nearest_kink.set(self.nearest_kink.get().min(distance.abs()));
        distance
    }

    fn value_at(&self, point: &Point, tree: &Tree, at: At) -> f64 {
        let of = |tree: &Tree| self.seen(self.value_at(point, tree, at));
        match tree {
            Tree::Leaf(i) => point.values[LEAVES[*i].name][index(LEAVES[*i].axes, at)],
            Tree::Const(c) => *c,
            Tree::Add(a, b) => of(a) + of(b),
            Tree::Sub(a, b) => of(a) - of(b),
            Tree::Mul(a, b) => of(a) * of(b),
            Tree::Scale(c, e) => c * of(e),
            Tree::Power(e, p) => of(e).powf(*p),
            Tree::Root(e, p) => self.seen(1.0 + of(e).powi(2)).powf(*p),
            Tree::General(e) => of(&Tree::Leaf(2)).powf(of(e).tanh()),
            Tree::Exp(e) => of(e).tanh().exp(),
            Tree::Ln(e) => self.seen(1.0 + of(e).powi(2)).ln(),
            Tree::Tanh(e) => of(e).tanh(),
            Tree::Sigmoid(e) => 1.0 / (1.0 + (-of(e)).exp()),
            Tree::Erf(e) => libm::erf(of(e)),
            Tree::Abs(e) => self.kink(of(e)).abs(),
            Tree::Sign(e) => match self.kink(of(e)) {
                0.0 => 0.0,
                x => x.signum(),
            },
            Tree::Step(e) => f64::from(self.kink(of(e)) > 0.0),
            Tree::Stop(e) => self.value_at(self.base, e, at),
            Tree::Max(a, b) => of(b) + self.kink(of(a) - of(b)).max(0.0),
            Tree::Min(a, b) => of(b) + self.kink(of(a) - of(b)).min(0.0),
            Tree::Replace(value, surrogate) => {
                let moved = of(surrogate) - self.value_at(self.base, surrogate, at);
                self.value_at(self.base, value, at) + moved
            }
            Tree::Sum(over, e) => self.pool(point, *over, e, at).0,
            Tree::Mean(over, e) => {
                let (sum, count) = self.pool(point, *over, e, at);
                sum / count
            }
            Tree::Window(window, size, e) => self.windowed(point, *window, *size, e, at),
            Tree::Count(over) => self.pool(point, *over, &Tree::Const(0.0), at).1,
        }
    }

    /// What a window takes from the neighbours, or, transposed, what the neighbours' windows take from here.
    fn windowed(&self, point: &Point, window: Window, size: usize, e: &Tree, at: At) -> f64 {
        let i = if window.axis == Axes::K { 2 } else { 3 };
        let along = |to: usize| {
            let mut other = at;
            other[i] = to;
            other
        };
        let (here, len) = (at[i], SIZES[i]);
        let mut sum = 0.0;
        for there in 0..len {
            let (of, on) = if window.transposed { (there, here) } else { (here, there) };
            let share = weight(window, size, len, of, on);
            if share != 0.0 {
                sum += share * self.seen(self.value_at(point, e, along(there)));
            }
        }
        self.seen(sum)
    }

    /// Sum and number of the elements that share the position's coordinates outside `over`.
    fn pool(&self, point: &Point, over: Axes, e: &Tree, at: At) -> (f64, f64) {
        let (mut sum, mut count) = (0.0, 0.0);
        let outside = Axes::ALL.minus(over);
        for other in positions() {
            let masked = over.contains(Axes::N) && !point.counts[other[0]];
            if index(outside, other) == index(outside, at) && !masked {
                sum += self.seen(self.value_at(point, e, other));
                count += 1.0;
            }
        }
        (self.seen(sum), count)
    }
}

/// The share of element `on` in the window of element `of`.
fn weight(window: Window, size: usize, len: usize, of: usize, on: usize) -> f64 {
    let (first, size) = (of as f64 - (size / 2) as f64, size as f64);
    let raw = |on: f64| {
        let place = on - first;
        if place < 0.0 || place >= size {
            return 0.0;
        }
        let off = (place - (size - 1.0) / 2.0) / (size / 4.0);
        if window.weights == Weights::Box { 1.0 } else { (-off * off / 2.0).exp() }
    };
    let total = match window.divisor {
        Divisor::One => 1.0,
        Divisor::Whole => (0..size as usize).map(|place| raw(first + place as f64)).sum(),
        Divisor::Inside => (0..len).map(|on| raw(on as f64)).sum(),
    };
    raw(on as f64) / total
}
