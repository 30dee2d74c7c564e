//! Inputs whose squares leave the range of the element type while the answer is an ordinary number.
//!
//! The sum of squares of a row of `1e25` is no `f32`, but layer normalization of that row is. Such an input is multiplied by a
//! power of two first, constants and parameters by the power of it that their [`Degrees`] say, and what comes out is multiplied
//! back. A power of two changes no digit, and inputs of ordinary size are not touched at all.
//!
//! What is multiplied by one factor is a *unit*: a reference set where the formula has one; a case, or the whole input, where
//! it has several. Units with the same factor are computed together, with ordinary numbers in place of all others.

mod degrees;
mod rerun;

pub use degrees::{Degrees, GUARD};
pub(crate) use rerun::{backward, forward, through_given};

use std::rc::Rc;

use crate::descriptor::{Descriptor, PolicyKind};
use crate::kernel::Call;
use crate::layout::{Layout, ReferenceSet, Skeleton};
use crate::value::Elem;

/// How elements belong to units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Units {
    /// So many elements in a row.
    Rows(usize),
    /// So many channels, each with so many positions.
    Channels(usize, usize),
}

impl Units {
    fn of(d: &Descriptor, l: &Layout) -> Self {
        if d.plan.is_staged() {
            let inside = |set: &ReferenceSet| set.skeleton() == Skeleton::Rowwise;
            let alone = d.statistics.is_empty() && d.plan.sets().iter().all(inside);
            return Self::Rows(if alone { l.case() } else { l.len() });
        }
        match d.reference_set.skeleton() {
            Skeleton::Rowwise => Self::Rows(l.k * l.s),
            Skeleton::Channelwise => Self::Channels(l.channels(), l.s),
        }
    }

    fn count(self, l: &Layout) -> usize {
        match self {
            Self::Rows(len) => l.len() / len.max(1),
            Self::Channels(channels, _) => channels,
        }
    }

    fn at(self, element: usize) -> usize {
        match self {
            Self::Rows(len) => element / len,
            Self::Channels(channels, space) => element / space % channels,
        }
    }
}

/// Sizes beyond which sums of squares may be wrong, as binary exponents.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// An input is looked at where a statistic is beyond `2^large` or a square below `2^small`.
    large: i32,
    small: i32,
    /// It is multiplied where its largest element is not between `2^low` and `2^high`.
    low: i32,
    high: i32,
    /// Factors are powers of `2^step`, so that few are in use at once.
    step: i32,
    /// The smallest power of two that has all digits.
    least: i32,
}

impl Limits {
    fn of<T: Elem>() -> Self {
        if T::NAME == "f32" {
            Self { large: 80, small: -80, low: -24, high: 24, step: 32, least: -126 }
        } else {
            // Guards are as small as `f32` allows in both types, hence the narrow side below.
            Self { large: 300, small: -120, low: -48, high: 256, step: 64, least: -1022 }
        }
    }
}

/// `v` times `2^exponent`, also where that power is no number.
fn shifted(v: f64, exponent: f64) -> f64 {
    if exponent == 0.0 {
        return v;
    }
    // Halves, since the whole may be out of range while the product is not.
    let half = (exponent / 2.0).floor();
    v * half.exp2() * (exponent - half).exp2()
}

/// Which units are multiplied by which power of two.
#[derive(Clone, Debug, PartialEq)]
pub struct Shifts {
    degrees: Rc<Degrees>,
    units: Units,
    /// The exponent of each unit's factor, 0 for most.
    exponents: Vec<i32>,
    least: i32,
}

/// One factor, and the units that it is for.
#[derive(Clone, Copy, Debug)]
pub struct Shift<'a> {
    of: &'a Shifts,
    exponent: i32,
}

impl Shifts {
    /// What an input needs; none where everything is of ordinary size, which is nearly always.
    pub fn of<T: Elem>(d: &'static Descriptor, call: &Call<'_, T>) -> Option<Self> {
        Self::where_suspect(d, call, Suspicion::Any)
    }

    /// Whether a largest element in absolute value is so large that [`Shifts::of`] must see all of them.
    pub fn is_far<T: Elem>(largest: T) -> bool {
        let largest = largest.to_f64();
        largest.is_nan() || largest >= f64::from(Limits::of::<T>().high).exp2()
    }

    /// Whether small inputs may be multiplied: no constant outweighs their squares.
    pub fn may_be_small<T: Elem>(d: &'static Descriptor, consts: &[f64]) -> bool {
        let step = Limits::of::<T>().step;
        Degrees::once(d, consts).is_some_and(|degrees| most::<T>(&degrees, consts, &[]) >= step)
    }

    /// As [`Shifts::of`], where statistics have said something already.
    pub(crate) fn where_suspect<T: Elem>(
        d: &'static Descriptor,
        call: &Call<'_, T>,
        suspicion: Suspicion,
    ) -> Option<Self> {
        let (l, plan) = (&call.layout, &d.plan);
        let from_store_alone = !d.frozen.is_empty() && !plan.uses_statistics();
        if suspicion == Suspicion::None || l.is_empty() || from_store_alone || !pools(d) {
            return None;
        }
        let degrees = Degrees::once(d, call.consts).filter(|degrees| degrees.highest > 1.0)?;
        let limits = Limits::of::<T>();
        let most = most(&degrees, call.consts, call.params) / limits.step * limits.step;
        if suspicion == Suspicion::Small && most == 0 {
            return None;
        }
        let units = Units::of(d, l);
        let exponent = |v: f64| if v.is_finite() && v > 0.0 { v.log2().floor() as i32 } else { 0 };
        let shift = |v: f64| {
            let exponent = exponent(v);
            if (limits.low..=limits.high).contains(&exponent) {
                return 0;
            }
            let steps = -(f64::from(exponent) / f64::from(limits.step)).round() as i32;
            (steps * limits.step).min(most)
        };
        let exponents: Vec<i32> = largest(units, call).into_iter().map(shift).collect();
        let some = exponents.iter().any(|e| *e != 0);
        some.then_some(Self { degrees, units, exponents, least: limits.least })
    }

    /// The factors in use, 1 among them where a unit is left as it is.
    pub fn each(&self) -> Vec<Shift<'_>> {
        let mut exponents = self.exponents.clone();
        exponents.sort_unstable();
        exponents.dedup();
        exponents.into_iter().map(|exponent| Shift { of: self, exponent }).collect()
    }
}

/// The largest element of each unit in absolute value, among cases that count.
fn largest<T: Elem>(units: Units, call: &Call<'_, T>) -> Vec<f64> {
    let l = &call.layout;
    let larger = |most: T, v: &T| if v.abs() > most { v.abs() } else { most };
    let mut all = vec![T::default(); units.count(l)];
    for (n, case) in call.x.chunks_exact(l.case()).enumerate() {
        if call.mask.is_some_and(|m| !m[n]) {
            continue;
        }
        match units {
            Units::Rows(len) if len <= l.case() => {
                let rows = l.case() / len;
                for (most, row) in all[n * rows..].iter_mut().zip(case.chunks_exact(len)) {
                    *most = row.iter().fold(*most, larger);
                }
            }
            Units::Rows(_) => all[0] = case.iter().fold(all[0], larger),
            Units::Channels(_, space) => {
                for (most, row) in all.iter_mut().zip(case.chunks_exact(space)) {
                    *most = row.iter().fold(*most, larger);
                }
            }
        }
    }
    all.into_iter().map(Elem::to_f64).collect()
}

/// The largest exponent of a factor: what grows with the input stays below 1. An epsilon that outweighs the square of a small
/// input outweighs it as it is.
fn most<T: Elem>(degrees: &Degrees, consts: &[f64], inputs: &[&[T]]) -> i32 {
    let inputs = inputs.iter().zip(&degrees.inputs);
    let inputs = inputs.map(|(p, d)| (p.iter().map(|v| v.abs().to_f64()).fold(0.0, f64::max), *d));
    let consts = consts.iter().map(|v| v.abs()).zip(degrees.consts.iter().copied());
    let limit = |(v, degree): (f64, f64)| {
        if v > 0.0 && degree > 0.0 { ((-v.log2() / degree).floor() as i32).max(0) } else { i32::MAX }
    };
    consts.chain(inputs).map(limit).min().unwrap_or(i32::MAX)
}

/// Whether a formula adds up anything.
fn pools(d: &Descriptor) -> bool {
    !d.statistics.is_empty() || d.plan.is_staged()
}

/// What statistics say about the size of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Suspicion {
    /// It is ordinary.
    None,
    /// Some of it may be too small for its squares.
    Small,
    /// It may be anything.
    Any,
}

/// Whether statistics say that an input may need [`Shifts`]. Cheap, and wrong only in saying so too often.
pub(crate) fn suspect<T: Elem>(d: &Descriptor, stats: &[T]) -> Suspicion {
    let limits = Limits::of::<T>();
    let kinds = d.statistics.len();
    if d.plan.is_staged() {
        // Only statistics over the batch are outputs.
        return Suspicion::Any;
    }
    if kinds == 0 {
        return Suspicion::None;
    }
    // A streamed statistic is a root, whose powers the backward pass takes again.
    let bound = if d.policy == PolicyKind::Streaming { limits.large / 3 } else { limits.large };
    let (large, small) = (T::lit(f64::from(bound).exp2()), T::lit(f64::from(limits.small).exp2()));
    // Written so that NaN is large.
    if !stats.iter().all(|v| v.abs() < large) {
        return Suspicion::Any;
    }
    let sets = stats.len() / kinds;
    let at = |kind: usize, set: usize| match d.reference_set.skeleton() {
        Skeleton::Rowwise => set * kinds + kind,
        Skeleton::Channelwise => kind * sets + set,
    };
    let squares: Vec<usize> = (0..kinds).filter(|kind| d.is_of_squares(*kind)).collect();
    let judged = if squares.is_empty() { (0..kinds).collect() } else { squares };
    let vanished = |set: usize| judged.iter().any(|kind| stats[at(*kind, set)].abs() < small);
    if (0..sets).any(vanished) { Suspicion::Small } else { Suspicion::None }
}

impl Shift<'_> {
    /// Whether this is the factor 1.
    pub fn is_one(&self) -> bool {
        self.exponent == 0
    }

    fn times(&self, degree: f64) -> f64 {
        f64::from(self.exponent) * degree
    }

    /// Whether an element's unit has this factor.
    pub fn holds(&self, element: usize) -> bool {
        self.holds_unit(self.of.units.at(element))
    }

    fn holds_unit(&self, unit: usize) -> bool {
        self.of.exponents[unit] == self.exponent
    }

    /// The exponent that an input is multiplied by, and those that an output and its gradient are multiplied back by.
    pub fn of_x(&self) -> f64 {
        f64::from(self.exponent)
    }

    /// See [`Shift::of_x`].
    pub fn of_y(&self) -> f64 {
        -self.times(self.of.degrees.y)
    }

    /// For a parameter or frozen input.
    pub fn of_input(&self, i: usize) -> f64 {
        self.times(self.of.degrees.inputs.get(i).copied().unwrap_or(0.0))
    }

    /// For a statistic.
    pub fn of_statistic(&self, i: usize) -> f64 {
        self.times(self.of.degrees.statistics[i])
    }

    /// What stands in place of an element of other units, ordinary and not all the same; 0 for one of its own.
    pub fn filler<T: Elem>(&self, element: usize) -> T {
        T::lit(if self.holds(element) { 0.0 } else { [0.5, -1.0, 1.0, -0.25, 0.75][element % 5] })
    }

    /// Whether a set's statistics belong to a unit of this factor.
    pub fn holds_set(&self, set: usize) -> bool {
        self.holds_unit(if self.of.exponents.len() == 1 { 0 } else { set })
    }

    /// The constants.
    pub fn consts(&self, consts: &[f64]) -> Vec<f64> {
        let moved = |(v, degree): (&f64, &f64)| at_least(*v, self.times(*degree), self.of.least);
        consts.iter().zip(&self.of.degrees.consts).map(moved).collect()
    }

    /// The gradient at the output, 0 where a unit has another factor.
    pub fn upstream<T: Elem>(&self, dy: &[T]) -> Vec<T> {
        dy.iter().enumerate().map(|(i, v)| if self.holds(i) { *v } else { T::default() }).collect()
    }

    /// What a call becomes.
    pub fn enter<T: Elem>(&self, call: &Call<'_, T>) -> Moved<T> {
        let case = call.layout.case();
        let counts = |i: usize| call.mask.is_none_or(|m| m[i / case]);
        let x = |(i, v): (usize, &T)| match (counts(i), self.holds(i)) {
            // What a case holds that does not count is nobody's business, and may be no number after the factor.
            (false, _) => T::default(),
            (true, true) => times(*v, self.of_x()),
            (true, false) => self.filler(i),
        };
        let input = |(i, p): (usize, &&[T])| p.iter().map(|v| guarded(*v, self.of_input(i))).collect();
        Moved {
            x: call.x.iter().enumerate().map(x).collect(),
            params: call.params.iter().enumerate().map(input).collect(),
            consts: self.consts(call.consts),
        }
    }
}

/// A call under a factor.
#[derive(Clone, Debug)]
pub struct Moved<T> {
    /// The input, ordinary numbers in place of units with another factor.
    pub x: Vec<T>,
    /// Parameters and frozen inputs.
    pub params: Vec<Vec<T>>,
    /// Constants.
    pub consts: Vec<f64>,
}

impl<T> Moved<T> {
    /// Parameters and frozen inputs, as a call takes them.
    pub fn params(&self) -> Vec<&[T]> {
        self.params.iter().map(|p| &p[..]).collect()
    }

    /// In place of a call.
    pub fn call<'a>(&'a self, of: &Call<'a, T>, params: &'a [&'a [T]]) -> Call<'a, T> {
        Call { x: &self.x, params, consts: &self.consts, ..*of }
    }
}

/// A value times a power of two.
pub fn times<T: Elem>(v: T, exponent: f64) -> T {
    T::lit(shifted(v.to_f64(), exponent))
}

/// As [`times`], of something that may be divided by: what is not 0 stays so.
pub fn guarded<T: Elem>(v: T, exponent: f64) -> T {
    T::lit(at_least(v.to_f64(), exponent, Limits::of::<T>().least))
}

/// A value times a power of two, no smaller than the smallest number with all digits, or than it was.
fn at_least(v: f64, exponent: f64, least: i32) -> f64 {
    let moved = shifted(v, exponent);
    if v != 0.0 && exponent < 0.0 {
        return moved.abs().max(f64::from(least).exp2().min(v.abs())).copysign(v);
    }
    moved
}
