//! One call's data, owned, and a run of it through kernels of either element type.

use std::fmt;

use crate::descriptor::{Descriptor, Start};
use crate::error::Error;
use crate::isa::Isa;
use crate::kernel::{Call, Kernel, Rule};
use crate::layout::{Layout, ReferenceSet, Skeleton};
use crate::staged::Size;
use crate::value::Elem;

/// A tensor `[cases, channels, space]`; for weights `[out, in, 1]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    /// Cases.
    pub cases: usize,
    /// Channels.
    pub channels: usize,
    /// Positions in space; taken as 1 by reference sets that know no space.
    pub space: usize,
    /// Groups, where the reference set has any.
    pub groups: usize,
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cases × {} channels", self.cases, self.channels)?;
        if self.space > 1 { write!(f, " × {} places", self.space) } else { Ok(()) }
    }
}

impl Shape {
    /// A shape with two groups where the channels can be halved.
    pub const fn new(cases: usize, channels: usize, space: usize) -> Self {
        Self { cases, channels, space, groups: if channels.is_multiple_of(2) { 2 } else { 1 } }
    }

    /// With the space that the set can have.
    pub(super) fn fitted(self, set: ReferenceSet) -> Self {
        let flat = set.is_of_weights() || matches!(set, ReferenceSet::Batch | ReferenceSet::BatchTime);
        Self { space: if flat { 1 } else { self.space }, ..self }
    }

    pub(super) fn layout(self, set: ReferenceSet) -> Result<Layout, Error> {
        let s = self.fitted(set);
        let l = set.layout(s.cases, s.channels, s.space, s.groups)?;
        // Images rather wide than high, for what sees rows.
        let wide = (1..=l.s).find(|row| l.s.is_multiple_of(*row) && row * row >= l.s);
        Ok(l.with_row(wide.unwrap_or(l.s)))
    }
}

/// What `x` is filled with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Data {
    /// `mean + deviation · N(0, 1)`.
    Normal { mean: f64, deviation: f64 },
    /// One value everywhere.
    Constant(f64),
}

impl Data {
    pub(super) const STANDARD: Self = Self::Normal { mean: 0.0, deviation: 1.0 };
}

impl fmt::Display for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Normal { mean, deviation } => write!(f, "normal x, mean {mean}, deviation {deviation}"),
            Self::Constant(c) => write!(f, "x that is {c} everywhere"),
        }
    }
}

/// The sizes of a layout, for a message.
pub(super) struct Sizes(pub(super) Layout);

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let l = &self.0;
        let channels = if l.g > 1 { format!("{} × {}", l.g, l.k) } else { l.k.to_string() };
        write!(f, "{} cases × {channels} channels", l.n)?;
        if l.s > 1 { write!(f, " × {} places", l.s) } else { Ok(()) }
    }
}

/// A small generator of our own, so that a failure names the same numbers everywhere.
#[derive(Debug)]
pub(super) struct Random(pub(super) u64);

impl Random {
    /// In `(0, 1)`.
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / 2f64.powi(53) + 2f64.powi(-54)
    }
    /// `N(0, 1)`, by Box and Muller.
    pub(super) fn normal(&mut self) -> f64 {
        let (a, b) = (self.uniform(), self.uniform());
        (-2.0 * a.ln()).sqrt() * (std::f64::consts::TAU * b).cos()
    }
    pub(super) fn normals(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| self.normal()).collect()
    }
}

/// A call's data.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) layout: Layout,
    pub(super) x: Vec<f64>,
    pub(super) dy: Vec<f64>,
    /// Parameters, and behind them small states of controls.
    pub(super) params: Vec<Vec<f64>>,
    /// What a store held before, near the data's own statistics.
    pub(super) frozen: Vec<Vec<f64>>,
    pub(super) consts: Vec<f64>,
    pub(super) mask: Option<Vec<bool>>,
}

/// What came out, widened without loss.
#[derive(Debug, Clone)]
pub(super) struct Played {
    pub(super) stats: Vec<f64>,
    pub(super) y: Vec<f64>,
    pub(super) dx: Vec<f64>,
    pub(super) dparams: Vec<Vec<f64>>,
}

pub(super) fn narrow<T: Elem>(v: &[f64]) -> Vec<T> {
    v.iter().map(|v| T::lit(*v)).collect()
}

pub(super) fn widen<T: Elem>(v: &[T]) -> Vec<f64> {
    v.iter().map(|v| v.to_f64()).collect()
}

impl Case {
    pub(super) fn new(d: &Descriptor, shape: Shape, data: Data, seed: u64) -> Result<Self, Error> {
        let layout = shape.layout(d.reference_set)?;
        let mut r = Random(seed);
        let n = layout.len();
        let x = match data {
            Data::Normal { mean, deviation } => r.normals(n).iter().map(|v| mean + deviation * v).collect(),
            Data::Constant(c) => vec![c; n],
        };
        // Parameters away from their initial values, so that none is invisible by being 0 or 1.
        let params = d.params.iter().map(|p| {
            let noise = r.normals(p.axis.len(&layout));
            let initial = p.initial_at(&layout);
            noise.iter().map(|v| initial + 0.3 + 0.1 * v.clamp(-2.0, 2.0)).collect()
        });
        let mut params: Vec<Vec<f64>> = params.collect();
        let dy = r.normals(n);
        let states = d.plan.controls().into_iter();
        params.extend(states.map(|_| r.normals(layout.channels()).iter().map(|v| 0.2 * v).collect()));
        let frozen = d.frozen.iter().map(|f| {
            let around = |set: usize| 0.2 + d.start(f.statistic).at(set);
            let noise = r.normals(layout.channels());
            noise.iter().enumerate().map(|(set, v)| around(set) + 0.1 * v.clamp(-2.0, 2.0)).collect()
        });
        let frozen = frozen.collect();
        Ok(Self { layout, x, dy, params, frozen, consts: d.default_consts(), mask: None })
    }

    /// With every constant named `eps` set to this.
    pub(super) fn eps(mut self, d: &Descriptor, eps: f64) -> Self {
        for (spec, v) in d.consts.iter().zip(&mut self.consts) {
            if spec.name == "eps" {
                *v = eps;
            }
        }
        self
    }

    /// With each parameter at one value beside where it starts, of few digits, so that adding it to a large `x` rounds nothing.
    pub(super) fn beside_initial(mut self, d: &Descriptor) -> Self {
        for (spec, p) in d.params.iter().zip(&mut self.params) {
            p.fill(spec.initial_at(&self.layout) + 0.3125);
        }
        self
    }

    /// With every window that a constant sizes this wide, so that it is smaller than what it lies on.
    pub(super) fn windows_of(mut self, d: &Descriptor, size: f64) -> Self {
        for (_, of) in d.plan.windows() {
            if let Size::Const(i) = of {
                self.consts[i] = size;
            }
        }
        self
    }

    /// With a store so far from the data that whatever compares them is at its bound.
    pub(super) fn far(mut self, d: &Descriptor) -> Self {
        for (f, values) in d.frozen.iter().zip(&mut self.frozen) {
            values.fill(if d.start(f.statistic) == Start::Value(0.0) { -10.0 } else { 1e-6 });
        }
        self
    }

    /// With a store, `[statistics][sets]`, that holds this.
    pub(super) fn storing(mut self, d: &Descriptor, state: &[f64]) -> Self {
        let sets = self.layout.channels();
        for (f, values) in d.frozen.iter().zip(&mut self.frozen) {
            values.copy_from_slice(f.of(state, sets));
        }
        self
    }

    /// With what single precision leaves of every number.
    pub(super) fn rounded(mut self) -> Self {
        let all = [&mut self.x, &mut self.dy].into_iter().chain(&mut self.params).chain(&mut self.frozen);
        for v in all.flat_map(|v| v.iter_mut()) {
            *v = f64::from(*v as f32);
        }
        self
    }

    /// Calls `f` with the call as kernels of `T` take it.
    pub(super) fn with<T: Elem, R>(&self, f: impl FnOnce(&Call<'_, T>) -> R) -> R {
        let x = narrow::<T>(&self.x);
        let params: Vec<Vec<T>> = self.params.iter().chain(&self.frozen).map(|p| narrow(p)).collect();
        let params: Vec<&[T]> = params.iter().map(|p| &p[..]).collect();
        let mask = self.mask.as_deref();
        f(&Call { layout: self.layout, x: &x, params: &params, consts: &self.consts, mask })
    }

    /// Statistics and output, into buffers full of NaN.
    pub(super) fn forward<T: Elem>(&self, k: &Kernel<T>, isa: Isa) -> Result<(Vec<f64>, Vec<f64>), Error> {
        self.with::<T, _>(|call| {
            let nan = T::lit(f64::NAN);
            let mut stats = vec![nan; k.statistics_len(&self.layout)];
            let mut y = vec![nan; self.layout.len()];
            k.forward(isa, call, &mut stats, &mut y)?;
            Ok((widen(&stats), widen(&y)))
        })
    }

    /// The output from given statistics.
    pub(super) fn apply<T: Elem>(&self, k: &Kernel<T>, isa: Isa, stats: &[f64]) -> Result<Vec<f64>, Error> {
        self.with::<T, _>(|call| {
            let mut y = vec![T::lit(f64::NAN); self.layout.len()];
            k.apply(isa, call, &narrow::<T>(stats), &mut y)?;
            Ok(widen(&y))
        })
    }

    /// `dx` and parameter gradients.
    pub(super) fn backward<T: Elem>(
        &self,
        k: &Kernel<T>,
        isa: Isa,
        stats: &[f64],
        rule: Rule,
    ) -> Result<(Vec<f64>, Vec<Vec<f64>>), Error> {
        self.with::<T, _>(|call| {
            let mut dx = vec![T::lit(f64::NAN); self.layout.len()];
            let mut dparams: Vec<Vec<T>> = self.params.iter().map(|p| vec![T::default(); p.len()]).collect();
            let mut slots: Vec<&mut [T]> = dparams.iter_mut().map(|p| &mut p[..]).collect();
            let (dy, stats) = (narrow::<T>(&self.dy), narrow::<T>(stats));
            k.backward(isa, call, &dy, &stats, rule, true, &mut dx, &mut slots)?;
            Ok((widen(&dx), dparams.iter().map(|p| widen(p)).collect()))
        })
    }

    /// Forward and whole backward.
    pub(super) fn play<T: Elem>(&self, k: &Kernel<T>, isa: Isa) -> Result<Played, Error> {
        let (stats, y) = self.forward(k, isa)?;
        let (dx, dparams) = self.backward(k, isa, &stats, Rule::Exact)?;
        Ok(Played { stats, y, dx, dparams })
    }
}

/// The reference set an element belongs to.
pub(super) fn set_of(set: ReferenceSet, l: &Layout, i: usize) -> usize {
    match set {
        ReferenceSet::Space => i / l.s,
        ReferenceSet::Channels => i / l.case() * l.s + i % l.s,
        // All of a case, however the layout cuts its channels for a set that stands beside this one.
        ReferenceSet::Features => i / l.case(),
        _ => match set.skeleton() {
            Skeleton::Rowwise => i / (l.k * l.s),
            Skeleton::Channelwise => i / l.s % l.channels(),
        },
    }
}

/// How many of them a layout has.
pub(super) fn sets(set: ReferenceSet, l: &Layout) -> usize {
    match set {
        ReferenceSet::Space => l.n * l.channels(),
        ReferenceSet::Channels => l.n * l.s,
        ReferenceSet::Features => l.n,
        _ => set.skeleton().sets(l),
    }
}
