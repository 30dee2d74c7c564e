//! Windows: a weighted sum over the neighbours of an element along channels or space, and its adjoint.

use crate::chunk;
use crate::layout::Layout;
use crate::math::exp_f64;
use crate::staged::Over;
use crate::value::Elem;

/// Along what a window lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Along {
    /// The channels of a group.
    Channels,
    /// Space: a square over rows and columns, a line where there is one row only.
    Space,
}

/// How the neighbours in a window are weighed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Weights {
    /// All alike.
    Box,
    /// `exp(-d^2 / (2 (size/4)^2))` at a distance `d` from the middle of the window.
    Gaussian,
}

/// What the weighted sum is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Divisor {
    /// Nothing: it is a sum.
    One,
    /// The weights of a whole window; what lies outside counts as 0.
    Whole,
    /// The weights that lie inside.
    Inside,
}

/// A window: `size` elements, of which `size/2` (rounded down) lie before the one in the middle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// Along what.
    pub along: Along,
    /// The weights.
    pub weights: Weights,
    /// The divisor.
    pub divisor: Divisor,
    /// Whether it is the adjoint: each element goes to all whose window it lies in.
    pub transposed: bool,
}

/// A window of a certain size over a line of elements. Sums are added up in double precision: what is subtracted from an
/// element may be a thousand times what is left of it.
struct Line {
    weights: Vec<f64>,
    before: usize,
    /// By what the sum at each element is multiplied.
    scale: Vec<f64>,
    transposed: bool,
}

impl Window {
    /// The elements of the longest window: its weights and its places are written down one by one.
    pub const MOST: f64 = 65536.0;

    /// The weight of each place, and how many of them lie before the element in the middle.
    pub fn places(self, size: usize) -> (Vec<f64>, usize) {
        // The middle of a window of even size lies between two elements.
        let middle = (size as f64 - 1.0) / 2.0;
        let deviation = size as f64 / 4.0;
        let weight = |place: usize| match self.weights {
            Weights::Box => 1.0,
            Weights::Gaussian => exp_f64(-((place as f64 - middle) / deviation).powi(2) / 2.0),
        };
        ((0..size).map(weight).collect(), size / 2)
    }

    /// By what the sum at each of `len` elements is multiplied.
    pub fn scale(self, size: usize, len: usize) -> Vec<f64> {
        let (weights, before) = self.places(size);
        let inside = |i: usize| {
            let places = (0..size).filter(|place| (before..before + len).contains(&(i + place)));
            places.map(|place| weights[place]).sum::<f64>()
        };
        let by = |i: usize| match self.divisor {
            Divisor::One => 1.0,
            Divisor::Whole => 1.0 / weights.iter().sum::<f64>(),
            Divisor::Inside => 1.0 / inside(i),
        };
        (0..len).map(by).collect()
    }

    fn line(self, size: usize, len: usize) -> Line {
        let (weights, before) = self.places(size);
        Line { weights, before, scale: self.scale(size, len), transposed: self.transposed }
    }

    /// Lays it over `data`, a dense value over the axes `over`, among them its own.
    pub fn apply<T: Elem>(self, size: usize, l: &Layout, over: Over, data: &[T]) -> Vec<T> {
        let [n, g, k, s] = over.sizes(l);
        let data: Vec<f64> = data.iter().map(|v| v.to_f64()).collect();
        let out = match self.along {
            Along::Channels => self.line(size, k).over(&data, n * g, s),
            Along::Space => {
                let row = l.row.max(1);
                let columns = self.line(size, row).over(&data, n * g * k * (s / row), 1);
                if s <= row { columns } else { self.line(size, s / row).over(&columns, n * g * k, row) }
            }
        };
        out.into_iter().map(T::lit).collect()
    }
}

impl Line {
    /// Over the middle one of three nested axes.
    fn over(&self, data: &[f64], outer: usize, inner: usize) -> Vec<f64> {
        let block = self.scale.len() * inner;
        let mut out = vec![0.0; data.len()];
        if block == 0 {
            return out;
        }
        let together = (chunk::CHUNK / block).max(1);
        let tasks: Vec<_> = data.chunks(together * block).zip(out.chunks_mut(together * block)).collect();
        debug_assert_eq!(outer * block, data.len());
        chunk::for_each(tasks, data.len(), |(from, to)| {
            let mut scaled = vec![0.0; block];
            for (from, to) in from.chunks_exact(block).zip(to.chunks_exact_mut(block)) {
                if self.transposed {
                    self.scaled(from, inner, &mut scaled);
                    self.add(&scaled, inner, to);
                } else {
                    self.add(from, inner, &mut scaled);
                    self.scaled(&scaled, inner, to);
                    scaled.fill(0.0);
                }
            }
        });
        out
    }

    fn scaled(&self, from: &[f64], inner: usize, to: &mut [f64]) {
        let rows = from.chunks_exact(inner).zip(to.chunks_exact_mut(inner));
        for ((from, to), scale) in rows.zip(&self.scale) {
            for (from, to) in from.iter().zip(to) {
                *to = *from * *scale;
            }
        }
    }

    /// Adds up what lies in the window of each element, place by place: each place is one shifted addition.
    fn add(&self, from: &[f64], inner: usize, to: &mut [f64]) {
        let len = from.len();
        for (place, weight) in self.weights.iter().enumerate() {
            let (behind, ahead) = (self.before * inner, place * inner);
            // The element at `i` takes the one at `i + place - before`; the adjoint the other way.
            let (back, forth) = if self.transposed { (ahead, behind) } else { (behind, ahead) };
            let (start, skip) = if forth >= back { (0, forth - back) } else { (back - forth, 0) };
            if start.max(skip) >= len {
                continue;
            }
            for (from, to) in from[skip..].iter().zip(&mut to[start..]) {
                *to += *from * *weight;
            }
        }
    }
}
