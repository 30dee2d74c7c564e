//! Backward through time: step by step down to the summed inputs, then every weight gradient as one product.

use norm_core::{Elem, Rule};

use crate::back_step::{SlotGradients, Steps};
use crate::cell::Cell;
use crate::error::Error;
use crate::forward::at;
use crate::matmul::{Matrix, Output, matmul};
use crate::pass::{Gradients, Inputs, Upstream, Weights};
use crate::rows;
use crate::slot::Place;
use crate::workspace::{Back, Candidate, Held, Workspace};

impl<T: Elem> Cell<T> {
    /// Adds the gradients of everything that went into the last [`Cell::forward`] on `ws`.
    ///
    /// `w` and `inputs` must be those of the forward pass. Refuses a workspace that holds another pass.
    pub fn backward(
        &self,
        w: &Weights<'_, T>,
        inputs: &Inputs<'_, T>,
        up: &Upstream<'_, T>,
        ws: &mut Workspace<T>,
        out: &mut Gradients<'_, '_, T>,
    ) -> Result<(), Error> {
        self.check_inputs(w, inputs)?;
        let s = inputs.sizes;
        self.check_gradients(&s, up, out)?;
        let expected = Held::of(self, s, inputs.mask.is_some());
        if ws.held != Some(expected) {
            let got = ws.held.map_or_else(|| "no pass".into(), |h| h.words());
            return Err(Error::NoForward { expected: expected.words(), got });
        }
        if ws.part < s.cases {
            return self.backward_parts(w, inputs, up, ws, out);
        }
        let one = s.cases * s.units;
        let dy: Vec<&[T]> = up.y.chunks_exact(one).collect();
        let mut dx = out.x.take();
        let mut dx_steps: Option<Vec<&mut [T]>> =
            dx.as_deref_mut().map(|dx| dx.chunks_exact_mut(s.cases * s.inputs).collect());
        let done = self.backward_part(w, inputs, &dy, up, ws, dx_steps.as_deref_mut(), out);
        out.x = dx;
        done
    }

    /// The cases of one part. `dy` and `dx` are its rows of each step and stand for those of `up` and `out`.
    pub(crate) fn backward_part(
        &self,
        w: &Weights<'_, T>,
        inputs: &Inputs<'_, T>,
        dy: &[&[T]],
        up: &Upstream<'_, T>,
        ws: &mut Workspace<T>,
        dx: Option<&mut [&mut [T]]>,
        out: &mut Gradients<'_, '_, T>,
    ) -> Result<(), Error> {
        ws.fit_backward(self, &inputs.sizes);
        let mut sink = std::mem::take(&mut ws.sink);
        for (sink, fixed) in sink.iter_mut().zip(&ws.fixed) {
            sink.resize(fixed.len(), T::default());
        }
        let mut back = std::mem::take(&mut ws.back);
        let done = self.back_through_time(w, inputs, dy, up, ws, &mut back, &mut sink, dx, out);
        (ws.back, ws.sink) = (back, sink);
        done
    }

    fn slot_gradients<'g>(
        &self,
        learned: &'g mut [&mut [T]],
        sink: &'g mut [Vec<T>; Place::ALL.len()],
    ) -> SlotGradients<'g, T> {
        let mut learned = learned.iter_mut();
        let mut sink = sink.iter_mut();
        Place::ALL.map(|place| {
            let mut sink = sink.next().map(Vec::as_mut_slice);
            let Some(slot) = self.slot(place) else { return Vec::new() };
            let params = slot.kernel.descriptor.params.iter();
            let gradients = params.map(|p| {
                let learned = if slot.learns(p) { learned.next().map(|g| &mut **g) } else { sink.take() };
                learned.unwrap_or_default()
            });
            gradients.collect()
        })
    }

    fn back_through_time(
        &self,
        w: &Weights<'_, T>,
        inputs: &Inputs<'_, T>,
        dy: &[&[T]],
        up: &Upstream<'_, T>,
        ws: &Workspace<T>,
        b: &mut Back<T>,
        sink: &mut [Vec<T>; Place::ALL.len()],
        dx: Option<&mut [&mut [T]]>,
        out: &mut Gradients<'_, '_, T>,
    ) -> Result<(), Error> {
        let s = inputs.sizes;
        let width = self.summed(s.units);
        let (one, gates, cases) = (s.cases * s.units, s.cases * width, s.steps * s.cases);
        let mut steps = Steps {
            slots: self.ready(ws.isa, w.slots, &ws.fixed),
            stats: &ws.stats,
            dslots: self.slot_gradients(out.slots, sink),
            rule: if ws.of_batch { Rule::Exact } else { Rule::Frozen },
        };
        rows::start(&mut b.dh[..one], up.h);
        if self.kind().has_cell() {
            rows::start(&mut b.dc[..one], up.c);
        }
        for t in (0..s.steps).rev() {
            let mask = inputs.mask.map(|m| &m[at(t, s.cases)]);
            self.back_update(&s, t, mask, dy[t], ws, b, &mut steps)?;
            self.back_sum(&s, t, mask, ws, b, &mut steps)?;
            self.back_hidden(&s, t, mask, w, ws, b, &mut steps)?;
            if let Some(bias) = &mut out.bias {
                let from = if steps.has(Place::Joint) && self.bias_is_early() { &b.dsum } else { &b.dz };
                let (bias, of_candidate) = bias.split_at_mut(width);
                rows::add_columns(ws.isa, &from[at(t, gates)], bias);
                if self.kind().has_candidate() {
                    rows::add_columns(ws.isa, &b.candidate.x[at(t, one)], of_candidate);
                }
            }
            if let Some(bias) = &mut out.recurrent_bias {
                rows::add_columns(ws.isa, &b.candidate.h[at(t, one)], bias);
            }
        }
        let all = cases * width;
        let dsum = if steps.has(Place::Joint) { &b.dsum[..all] } else { &b.dz[..all] };
        if let Some(layout) = self.layout(Place::InputToHidden, cases, s.units)
            && !self.is_per_step(Place::InputToHidden)
        {
            let (ax, dax) = (&ws.ax[..all], &mut b.dax[..all]);
            steps.back(Place::InputToHidden, layout, 0, ax, inputs.mask, dsum, true, dax)?;
        }
        let states = s.steps * one;
        if let Some(layout) = self.layout(Place::InputToCandidate, cases, s.units)
            && !self.is_per_step(Place::InputToCandidate)
        {
            let Candidate { x: da, raw_x, .. } = &mut b.candidate;
            let (ax, dax) = (&ws.candidate.raw_x[..states], &mut raw_x[..states]);
            steps.back(Place::InputToCandidate, layout, 0, ax, inputs.mask, &da[..states], true, dax)?;
        }
        self.back_weights(w, inputs, ws, b, &steps, dx, out.ih, out.hh);
        for (into, from) in [(&mut out.h0, &b.dh), (&mut out.c0, &b.dc)] {
            if let Some(into) = into {
                rows::add(ws.isa, into, Some(&from[..into.len()]), None, s.units);
            }
        }
        Ok(())
    }

    /// From the gradients of all projections to those of the weights and of the inputs.
    fn back_weights(
        &self,
        w: &Weights<'_, T>,
        inputs: &Inputs<'_, T>,
        ws: &Workspace<T>,
        b: &Back<T>,
        steps: &Steps<'_, '_, T>,
        mut dx: Option<&mut [&mut [T]]>,
        dw_x: &mut [T],
        dw_h: &mut [T],
    ) {
        let s = inputs.sizes;
        let (width, cases) = (self.summed(s.units), s.steps * s.cases);
        let states = cases * s.units;
        let x = if inputs.mask.is_some() { &ws.x[..cases * s.inputs] } else { inputs.x };
        let h = if steps.has(Place::RecurrentInput) { &ws.h_in } else { &ws.h };
        let (x, h) = (Matrix::new(x, cases, s.inputs), Matrix::new(&h[..states], cases, s.units));
        let mut block = |dax: &[T], dah: &[T], width: usize, w_x: &[T], dw_x: &mut [T], dw_h: &mut [T]| {
            let w_x = Matrix::new(w_x, width, s.inputs);
            for (t, dx) in dx.iter_mut().flat_map(|dx| dx.iter_mut()).enumerate() {
                let dax = Matrix::new(&dax[at(t, s.cases * width)], s.cases, width);
                matmul(ws.threads, dax, w_x, Output::Add, dx);
            }
            matmul(ws.threads, Matrix::new(dax, cases, width).transposed(), x, Output::Add, dw_x);
            matmul(ws.threads, Matrix::new(dah, cases, width).transposed(), h, Output::Add, dw_h);
        };
        let pick = |place, normed, plain| if steps.has(place) { normed } else { plain };
        let dsum = pick(Place::Joint, &b.dsum, &b.dz);
        let dax = &pick(Place::InputToHidden, &b.dax, dsum)[..cases * width];
        let dah = &pick(Place::HiddenToHidden, &b.dah, dsum)[..cases * width];
        let (w_x, w_candidate) = w.ih.split_at(width * s.inputs);
        let (dw_x, dw_x_candidate) = dw_x.split_at_mut(width * s.inputs);
        let (dw_h, dw_h_candidate) = dw_h.split_at_mut(width * s.units);
        block(dax, dah, width, w_x, dw_x, dw_h);
        if self.kind().has_candidate() {
            let Candidate { x, h, raw_x, raw_h } = &b.candidate;
            let dax = &pick(Place::InputToCandidate, raw_x, x)[..states];
            let dah = &pick(Place::HiddenToCandidate, raw_h, h)[..states];
            block(dax, dah, s.units, w_candidate, dw_x_candidate, dw_h_candidate);
        }
    }
}
