//! The gradients of the values of a pass.

use std::ops::Range;

use norm_core::{Elem, Isa};

use crate::buffers::{fit, fit_list};
use crate::cell::Sizes;
use crate::forward::at;
use crate::graph::Value;
use crate::plan::Plan;
use crate::rows;
use crate::storage::GradientHome;

/// Buffers of gradients, and which of them have been written in the step that is walked. Where a value is read by several
/// nodes, the first in the backward pass writes its gradient and the others add to it.
#[derive(Debug)]
pub(crate) struct Slopes<T> {
    /// Of values with a buffer of their own: of all steps, or of one.
    pub(crate) own: Vec<Vec<T>>,
    /// Of carried states before the step that is walked, and behind it.
    pub(crate) before: Vec<Vec<T>>,
    pub(crate) after: Vec<Vec<T>>,
    /// Of carried states behind the step, for cases that the step does not concern.
    pub(crate) kept: Vec<Vec<T>>,
    /// What is to be added to a gradient, by the position of the value among those that a node reads.
    pub(crate) terms: Vec<Vec<T>>,
    written: Vec<bool>,
}

impl<T> Default for Slopes<T> {
    fn default() -> Self {
        let [own, before, after, kept, terms] = std::array::from_fn(|_| Vec::new());
        Self { own, before, after, kept, terms, written: Vec::new() }
    }
}

impl<T: Elem> Slopes<T> {
    pub(crate) fn fit(&mut self, plan: &Plan<T>, s: &Sizes, masked: bool) {
        let (one, count) = (s.cases * s.units, plan.graph.shapes.len());
        fit_list(&mut self.own, count);
        for list in [&mut self.before, &mut self.after, &mut self.kept] {
            fit_list(list, plan.graph.carries.len());
        }
        for (v, shape) in plan.graph.shapes.iter().enumerate() {
            if let (Value(value), GradientHome::Own { of_all }) = plan.storage.gradient(Value(v))
                && value == v
            {
                fit(&mut self.own[v], if of_all { s.steps } else { 1 } * one * shape.parts);
            }
        }
        for i in 0..plan.graph.carries.len() {
            fit(&mut self.before[i], one);
            fit(&mut self.after[i], one);
            fit(&mut self.kept[i], if masked { one } else { 0 });
        }
        self.written.clear();
        self.written.resize(count, false);
    }

    /// Begins a step: nothing is written but what comes from the step behind it.
    pub(crate) fn begin(&mut self, plan: &Plan<T>) {
        for (v, written) in self.written.iter_mut().enumerate() {
            let (value, home) = plan.storage.gradient(Value(v));
            *written = value.0 == v && matches!(home, GradientHome::After(_));
        }
    }

    /// Says that a gradient is being written; whether that is for the first time.
    pub(crate) fn is_first(&mut self, plan: &Plan<T>, v: Value) -> bool {
        let (value, _) = plan.storage.gradient(v);
        !std::mem::replace(&mut self.written[value.0], true)
    }

    /// The buffer of a gradient.
    fn buffer(&mut self, plan: &Plan<T>, v: Value) -> Option<&mut Vec<T>> {
        let (value, home) = plan.storage.gradient(v);
        match home {
            GradientHome::Input => None,
            GradientHome::Before(i) => self.before.get_mut(i),
            GradientHome::After(i) => self.after.get_mut(i),
            GradientHome::Own { .. } => self.own.get_mut(value.0),
        }
    }

    /// Takes out the buffer of a gradient, to be written.
    pub(crate) fn take(&mut self, plan: &Plan<T>, v: Value) -> Vec<T> {
        self.buffer(plan, v).map(std::mem::take).unwrap_or_default()
    }

    /// Puts it back.
    pub(crate) fn put(&mut self, plan: &Plan<T>, v: Value, data: Vec<T>) {
        if let Some(buffer) = self.buffer(plan, v) {
            *buffer = data;
        }
    }

    /// Where step `t` lies in the buffer of a gradient, `len` elements a step.
    pub(crate) fn span(plan: &Plan<T>, v: Value, t: usize, len: usize) -> Range<usize> {
        match plan.storage.gradient(v).1 {
            GradientHome::Own { of_all: true } => at(t, len),
            _ => 0..len,
        }
    }

    /// Adds to a gradient at step `t`.
    pub(crate) fn add(&mut self, isa: Isa, plan: &Plan<T>, v: Value, t: usize, term: &[T]) {
        let span = Self::span(plan, v, t, term.len());
        if let Some(buffer) = self.buffer(plan, v) {
            rows::add(isa, &mut buffer[span], Some(term), None, term.len());
        }
    }

    /// Padded rows of a gradient at step `t` become 0.
    pub(crate) fn blank(&mut self, plan: &Plan<T>, v: Value, t: usize, mask: Option<&[bool]>, len: usize) {
        let Some(mask) = mask else { return };
        let span = Self::span(plan, v, t, len);
        if let Some(buffer) = self.buffer(plan, v) {
            rows::blank_padded(&mut buffer[span], Some(mask), len / mask.len().max(1));
        }
    }

    /// Fills a gradient at step `t` with 0 if no node has written it.
    pub(crate) fn complete(&mut self, plan: &Plan<T>, v: Value, t: usize, len: usize) {
        if self.is_first(plan, v) {
            let span = Self::span(plan, v, t, len);
            if let Some(buffer) = self.buffer(plan, v) {
                buffer[span].fill(T::default());
            }
        }
    }

    /// A gradient at step `t`.
    pub(crate) fn get(&self, plan: &Plan<T>, v: Value, t: usize, len: usize) -> &[T] {
        let (value, home) = plan.storage.gradient(v);
        let buffer = match home {
            GradientHome::Input => return &[],
            GradientHome::Before(i) => &self.before[i],
            GradientHome::After(i) => &self.after[i],
            GradientHome::Own { .. } => &self.own[value.0],
        };
        &buffer[Self::span(plan, v, t, len)]
    }
}
