//! The dependency probe: which outputs and gradients depend on which inputs, found by changing one element at a
//! time and looking at the bits of everything else. The drawing of a method's reference set, measured.

use super::case::{Case, Data, Shape};
use super::promised::promised;
use crate::descriptor::Descriptor;
use crate::error::Error;
use crate::isa::Isa;
use crate::kernel::{Kernel, Rule};
use crate::layout::ReferenceSet;

/// Where an element stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Label {
    /// Case.
    pub sample: usize,
    /// Channel over all groups.
    pub feature: usize,
    /// Position in space.
    pub position: usize,
}

/// Who depends on whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependencies {
    size: usize,
    bits: Vec<bool>,
}

impl Dependencies {
    fn new(size: usize) -> Self {
        Self { size, bits: vec![false; size * size] }
    }
    pub(super) fn filled(size: usize, mut depends: impl FnMut(usize, usize) -> bool) -> Self {
        Self { size, bits: (0..size * size).map(|at| depends(at / size, at % size)).collect() }
    }
    /// Elements on either side.
    pub fn size(&self) -> usize {
        self.size
    }
    /// Whether element `of` of the result depends on element `on` of the input; false outside.
    pub fn depends(&self, of: usize, on: usize) -> bool {
        of < self.size && on < self.size && self.bits[of * self.size + on]
    }
    /// Whether nothing depends on anything.
    pub fn is_empty(&self) -> bool {
        !self.bits.contains(&true)
    }
    /// Whether every pair that depends here depends there.
    pub(super) fn is_within(&self, other: &Self) -> bool {
        self.bits.iter().zip(&other.bits).all(|(a, b)| !a || *b)
    }
    /// How many pairs depend.
    pub(super) fn count(&self) -> usize {
        self.bits.iter().filter(|b| **b).count()
    }
    /// Without the results that depend in `seen` on nothing but themselves, and the inputs on which nothing else depends
    /// there: they are cut off, and depend on themselves where the change was large enough to bring them back. What is
    /// `promised` to depend on nothing but itself is cut off where it does not even do that.
    pub(super) fn where_live(&self, seen: &Self, promised: &Self) -> Self {
        let live = |own: usize, depends: &dyn Fn(&Self, usize) -> bool| {
            let on_others = |of: &Self| (0..self.size).any(|other| other != own && depends(of, other));
            if on_others(promised) { on_others(seen) } else { depends(seen, own) }
        };
        let result = |of: usize| live(of, &|d, on| d.depends(of, on));
        let input = |on: usize| live(on, &|d, of| d.depends(of, on));
        Self::filled(self.size, |of, on| self.depends(of, on) && result(of) && input(on))
    }
    /// The first pair on which two pictures differ.
    pub fn first_difference(&self, other: &Self) -> Option<(usize, usize)> {
        let size = self.size.max(other.size);
        (0..size * size)
            .map(|at| (at / size, at % size))
            .find(|&(of, on)| self.depends(of, on) != other.depends(of, on))
    }
}

/// The pictures of one method at one shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// Where each element stands, in the order of the tensor.
    pub labels: Vec<Label>,
    /// Outputs on inputs.
    pub y_on_x: Dependencies,
    /// Input gradients on upstream gradients.
    pub dx_on_dy: Dependencies,
    /// Input gradients on inputs. Empty where the method is linear.
    pub dx_on_x: Dependencies,
    /// Outputs on inputs when statistics are stored ones.
    pub stored_y_on_x: Dependencies,
}

pub(super) fn labels(shape: Shape) -> Vec<Label> {
    let mut all = Vec::new();
    for sample in 0..shape.cases {
        for feature in 0..shape.channels {
            for position in 0..shape.space {
                all.push(Label { sample, feature, position });
            }
        }
    }
    all
}

/// Whether two elements lie in one reference set, said in samples, features and positions: on purpose not by
/// way of [`crate::Layout`], which is part of what is probed.
fn pooled(set: ReferenceSet, shape: Shape, a: Label, b: Label) -> bool {
    match set {
        ReferenceSet::Nothing => a == b,
        ReferenceSet::Features | ReferenceSet::FanIn | ReferenceSet::Unit => a.sample == b.sample,
        ReferenceSet::Channels => a.sample == b.sample && a.position == b.position,
        ReferenceSet::Group => {
            let wide = shape.channels / shape.groups.max(1);
            a.sample == b.sample && a.feature / wide == b.feature / wide
        }
        ReferenceSet::Space => a.sample == b.sample && a.feature == b.feature,
        ReferenceSet::Batch | ReferenceSet::BatchSpace | ReferenceSet::BatchTime => a.feature == b.feature,
    }
}

impl Probe {
    /// What a reference set promises at this shape.
    pub fn declared(set: ReferenceSet, shape: Shape) -> Self {
        Self::declared_masked(set, shape, None)
    }

    /// The same where some cases do not count: those depend on nothing and nothing depends on them.
    pub fn declared_masked(set: ReferenceSet, shape: Shape, mask: Option<&[bool]>) -> Self {
        let shape = shape.fitted(set);
        let labels = labels(shape);
        let counts = |l: Label| mask.is_none_or(|m| m.get(l.sample).copied().unwrap_or(false));
        let size = labels.len();
        let all = Dependencies::filled(size, |of, on| {
            counts(labels[of]) && counts(labels[on]) && pooled(set, shape, labels[of], labels[on])
        });
        let own = Dependencies::filled(size, |of, on| of == on && counts(labels[of]));
        Self { y_on_x: all.clone(), dx_on_dy: all.clone(), dx_on_x: all, stored_y_on_x: own, labels }
    }

    /// What a declaration promises at this shape: what its reference set does, or, where the output is made of what was
    /// stored before the batch, that each element depends on itself alone.
    ///
    /// # Errors
    /// Where the reference set does not take the shape.
    pub fn promised(d: &Descriptor, shape: Shape, mask: Option<&[bool]>) -> Result<Self, Error> {
        Self::promised_with(d, shape, mask, None)
    }

    /// The same with windows of that size, where a constant says how large they are.
    ///
    /// # Errors
    /// As [`Probe::promised`].
    pub fn promised_with(
        d: &Descriptor,
        shape: Shape,
        mask: Option<&[bool]>,
        window: Option<f64>,
    ) -> Result<Self, Error> {
        if d.plan.is_staged() {
            return promised(d, shape, mask, window);
        }
        let all = Self::declared_masked(d.reference_set, shape, mask);
        if d.plan.uses_statistics() {
            return Ok(all);
        }
        let own = all.stored_y_on_x;
        Ok(Self {
            y_on_x: own.clone(),
            dx_on_dy: own.clone(),
            dx_on_x: own.clone(),
            stored_y_on_x: own,
            ..all
        })
    }

    /// What the kernel does at this shape. Every element is changed once, so a shape of some dozens of elements is
    /// meant; a pool needs three or more for every dependence to show.
    ///
    /// # Errors
    /// Where the kernel refuses the shape.
    pub fn measured(kernel: &Kernel<f64>, shape: Shape, mask: Option<&[bool]>) -> Result<Self, Error> {
        Self::measured_with(kernel, shape, mask, None)
    }

    /// The same with windows of that size, where a constant says how large they are.
    ///
    /// # Errors
    /// As [`Probe::measured`].
    pub fn measured_with(
        kernel: &Kernel<f64>,
        shape: Shape,
        mask: Option<&[bool]>,
        window: Option<f64>,
    ) -> Result<Self, Error> {
        let d = kernel.descriptor;
        let shape = shape.fitted(d.reference_set);
        let mut case = Case::new(d, shape, Data::STANDARD, 11)?;
        if let Some(size) = window {
            case = case.windows_of(d, size);
        }
        if d.plan.uses_statistics() {
            case = case.far(d);
        }
        case.mask = mask.map(<[bool]>::to_vec);
        let isa = Isa::Portable;
        let base = case.play(kernel, isa)?;
        // Statistics of other data stand for stored ones.
        let mut other = case.clone();
        other.x.iter_mut().for_each(|v| *v = 0.7 * *v + 0.4);
        let (stored, _) = other.forward(kernel, isa)?;
        let stored_y = case.apply(kernel, isa, &stored)?;

        let size = case.x.len();
        let [mut y_on_x, mut dx_on_dy, mut dx_on_x, mut stored_y_on_x] =
            [(); 4].map(|()| Dependencies::new(size));
        let note = |to: &mut Dependencies, on: usize, now: &[f64], before: &[f64]| {
            for (of, (a, b)) in now.iter().zip(before).enumerate() {
                to.bits[of * size + on] = a.to_bits() != b.to_bits();
            }
        };
        for on in 0..size {
            let mut changed = case.clone();
            changed.x[on] += 0.37;
            let now = changed.play(kernel, isa)?;
            note(&mut y_on_x, on, &now.y, &base.y);
            note(&mut dx_on_x, on, &now.dx, &base.dx);
            note(&mut stored_y_on_x, on, &changed.apply(kernel, isa, &stored)?, &stored_y);
            let mut changed = case.clone();
            changed.dy[on] += 0.37;
            let (dx, _) = changed.backward(kernel, isa, &base.stats, Rule::Exact)?;
            note(&mut dx_on_dy, on, &dx, &base.dx);
        }
        Ok(Self { labels: labels(shape), y_on_x, dx_on_dy, dx_on_x, stored_y_on_x })
    }
}
