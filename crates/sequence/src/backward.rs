//! Backward through time: step by step down to the summed inputs, then every weight gradient as one product.

use norm_core::{Elem, Layout, Parts, PartsMut, Rule};

use crate::cell::{Cell, Sizes};
use crate::error::Error;
use crate::forward::at;
use crate::matmul::{Matrix, Output, matmul};
use crate::pass::{Gradients, Inputs, Upstream, Weights};
use crate::rows;
use crate::slot::{Place, Ready, Statistics};
use crate::update::Updates;
use crate::workspace::{Back, Held, Workspace};

/// For each place the gradients of all parameters in declared order, learned or not.
type SlotGradients<'a, T> = [Vec<&'a mut [T]>; Place::ALL.len()];

/// What the steps share.
struct Steps<'a, 'g, T: 'static> {
    slots: [Option<Ready<'a, T>>; Place::ALL.len()],
    stats: &'a [Vec<T>; Place::ALL.len()],
    dslots: SlotGradients<'g, T>,
    rule: Rule,
}

impl<T: Elem> Steps<'_, '_, T> {
    fn has(&self, place: Place) -> bool {
        self.slots[place as usize].is_some()
    }

    /// The gradient of the input of the slot at `place` in step `t`.
    fn back(
        &mut self,
        place: Place,
        layout: Layout,
        t: usize,
        x: &[T],
        mask: Option<&[bool]>,
        dy: &[T],
        overwrite: bool,
        dx: &mut [T],
    ) -> Result<(), Error> {
        let Some(slot) = &self.slots[place as usize] else { return Ok(()) };
        let rule = if slot.slot.statistics == Statistics::Instant { Rule::Exact } else { self.rule };
        let stats = &self.stats[place as usize][at(t, slot.slot.kernel.statistics_len(&layout))];
        slot.backward(layout, x, mask, dy, stats, rule, overwrite, dx, &mut self.dslots[place as usize])
    }
}

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
        let width = self.width(s.units);
        let (one, gates, cases) = (s.cases * s.units, s.cases * width, s.steps * s.cases);
        let mut steps = Steps {
            slots: self.ready(ws.isa, w.slots, &ws.fixed),
            stats: &ws.stats,
            dslots: self.slot_gradients(out.slots, sink),
            rule: if ws.trained { Rule::Exact } else { Rule::Frozen },
        };
        rows::start(&mut b.dh[..one], up.h);
        if self.kind().has_cell() {
            rows::start(&mut b.dc[..one], up.c);
        }
        let w_h = Matrix::new(w.hh, width, s.units);
        for t in (0..s.steps).rev() {
            let mask = inputs.mask.map(|m| &m[at(t, s.cases)]);
            self.back_update(&s, t, mask, dy[t], ws, b, &mut steps)?;
            self.back_sum(&s, t, mask, ws, b, &mut steps)?;
            let dah = if steps.has(Place::HiddenToHidden) {
                &b.dah
            } else if steps.has(Place::Joint) {
                &b.dsum
            } else {
                &b.dz
            };
            let dh = &mut b.dh[..one];
            matmul(ws.threads, Matrix::new(&dah[at(t, gates)], s.cases, width), w_h, Output::Overwrite, dh);
            rows::keep_padded(dh, &b.kept_h[..one], mask, s.units);
            if let Some(bias) = &mut out.bias {
                let from = if steps.has(Place::Joint) && self.bias_is_early() { &b.dsum } else { &b.dz };
                rows::add_columns(ws.isa, &from[at(t, gates)], bias);
            }
        }
        let all = cases * width;
        let dsum = if steps.has(Place::Joint) { &b.dsum[..all] } else { &b.dz[..all] };
        if let Some(ih) = &steps.slots[Place::InputToHidden as usize]
            && !matches!(ih.slot.statistics, Statistics::PerStep { .. })
        {
            let layout = ih.slot.layout(ih.place, self.kind(), cases, s.units);
            let (ax, dax) = (&ws.ax[..all], &mut b.dax[..all]);
            steps.back(Place::InputToHidden, layout, 0, ax, inputs.mask, dsum, true, dax)?;
        }
        let dax = if steps.has(Place::InputToHidden) { &b.dax[..all] } else { dsum };
        let dah = if steps.has(Place::HiddenToHidden) { &b.dah[..all] } else { dsum };
        let x = if inputs.mask.is_some() { &ws.x[..cases * s.inputs] } else { inputs.x };
        if let Some(dx) = dx {
            let w_x = Matrix::new(w.ih, width, s.inputs);
            for (t, dx) in dx.iter_mut().enumerate() {
                matmul(ws.threads, Matrix::new(&dax[at(t, gates)], s.cases, width), w_x, Output::Add, dx);
            }
        }
        let (dax, dah) = (Matrix::new(dax, cases, width), Matrix::new(dah, cases, width));
        matmul(ws.threads, dax.transposed(), Matrix::new(x, cases, s.inputs), Output::Add, out.ih);
        let h = Matrix::new(&ws.h[..s.steps * one], cases, s.units);
        matmul(ws.threads, dah.transposed(), h, Output::Add, out.hh);
        for (into, from) in [(&mut out.h0, &b.dh), (&mut out.c0, &b.dc)] {
            if let Some(into) = into {
                rows::add(ws.isa, into, Some(&from[..into.len()]), None, s.units);
            }
        }
        Ok(())
    }

    /// From the gradients of the states after step `t` to those of its summed inputs and of the cell before it.
    fn back_update(
        &self,
        s: &Sizes,
        t: usize,
        mask: Option<&[bool]>,
        dy: &[T],
        ws: &Workspace<T>,
        b: &mut Back<T>,
        steps: &mut Steps<'_, '_, T>,
    ) -> Result<(), Error> {
        let (isa, one, gates) = (ws.isa, s.cases * s.units, s.cases * self.width(s.units));
        let layout = Layout::new(s.cases, 1, s.units, 1);
        let Back { dz, dh, dh_raw, dc, dc_raw, dc_next, dgate, dread, kept_h, kept_c, .. } = b;
        let dh = &mut dh[..one];
        if mask.is_some() {
            // A padded row hands its states' gradients on untouched and takes no other part in this step.
            kept_h[..one].copy_from_slice(dh);
            rows::add(isa, dh, Some(dy), None, s.units);
            rows::blank_padded(dh, mask, s.units);
            if let (Some(kept), Some(dc)) = (kept_c.get_mut(..one), dc.get_mut(..one)) {
                kept.copy_from_slice(dc);
                rows::blank_padded(dc, mask, s.units);
            }
        } else {
            rows::add(isa, dh, Some(dy), None, s.units);
        }
        let dh: &[T] = if steps.has(Place::Hidden) {
            let dh_raw = &mut dh_raw[..one];
            steps.back(Place::Hidden, layout, t, &ws.h_raw[at(t, one)], mask, dh, true, dh_raw)?;
            dh_raw
        } else {
            dh
        };
        let z = Parts { data: &ws.z[at(t, gates)], parts: self.kind().gates() };
        let dz = &mut dz[at(t, gates)];
        let part = |data| Parts { data, parts: 1 };
        match Updates::<T>::of(self.kind()) {
            Updates::Rnn { step } => {
                step.backward(
                    isa,
                    s.cases,
                    s.units,
                    &[z],
                    &[part(dh)],
                    &mut [PartsMut { data: dz, parts: 1 }],
                );
            }
            Updates::Lstm { step, update, read_out } => {
                let (c0, c1) = (&ws.c[at(t, one)], &ws.c[at(t + 1, one)]);
                let before = [z, part(c0)];
                if !steps.has(Place::Carried) && !steps.has(Place::ReadOut) {
                    let mut into = [
                        PartsMut { data: &mut *dz, parts: 4 },
                        PartsMut { data: &mut dc_next[..one], parts: 1 },
                    ];
                    let up = [part(&dc[..one]), part(dh)];
                    step.backward(isa, s.cases, s.units, &before, &up, &mut into);
                } else {
                    let (gate, dgate, dread) = (&ws.gate[at(t, one)], &mut dgate[..one], &mut dread[..one]);
                    let seen = if steps.has(Place::ReadOut) { &ws.read[at(t, one)] } else { c1 };
                    let mut into =
                        [PartsMut { data: &mut *dgate, parts: 1 }, PartsMut { data: &mut *dread, parts: 1 }];
                    read_out.backward(
                        isa,
                        s.cases,
                        s.units,
                        &[part(gate), part(seen)],
                        &[part(dh)],
                        &mut into,
                    );
                    let dc = &mut dc[..one];
                    if steps.has(Place::ReadOut) {
                        steps.back(Place::ReadOut, layout, t, c1, mask, dread, false, dc)?;
                    } else {
                        rows::add(isa, dc, Some(dread), None, s.units);
                    }
                    let dc: &[T] = if steps.has(Place::Carried) {
                        let dc_raw = &mut dc_raw[..one];
                        steps.back(
                            Place::Carried,
                            layout,
                            t,
                            &ws.c_raw[at(t, one)],
                            mask,
                            dc,
                            true,
                            dc_raw,
                        )?;
                        dc_raw
                    } else {
                        dc
                    };
                    let mut into = [
                        PartsMut { data: &mut *dz, parts: 4 },
                        PartsMut { data: &mut dc_next[..one], parts: 1 },
                    ];
                    update.backward(isa, s.cases, s.units, &before, &[part(dc), part(dgate)], &mut into);
                }
                std::mem::swap(dc, dc_next);
                rows::keep_padded(&mut dc[..one], &kept_c[..one], mask, s.units);
            }
        }
        rows::blank_padded(dz, mask, self.width(s.units));
        Ok(())
    }

    /// From the gradients of step `t`'s summed inputs to those of the projections, where norms stand between.
    fn back_sum(
        &self,
        s: &Sizes,
        t: usize,
        mask: Option<&[bool]>,
        ws: &Workspace<T>,
        b: &mut Back<T>,
        steps: &mut Steps<'_, '_, T>,
    ) -> Result<(), Error> {
        let span = at(t, s.cases * self.width(s.units));
        let layout = |place| self.layout(place, s.cases, s.units);
        let Back { dz, dsum, dax, dah, .. } = b;
        let mut da = &dz[span.clone()];
        if let Some(layout) = layout(Place::Joint) {
            let dsum = &mut dsum[span.clone()];
            steps.back(Place::Joint, layout, t, &ws.sum[span.clone()], mask, da, true, dsum)?;
            da = dsum;
        }
        if let Some(layout) = layout(Place::HiddenToHidden) {
            let (ah, dah) = (&ws.ah[span.clone()], &mut dah[span.clone()]);
            steps.back(Place::HiddenToHidden, layout, t, ah, mask, da, true, dah)?;
        }
        if let Some(layout) = layout(Place::InputToHidden)
            && matches!(self.slot(Place::InputToHidden), Some(ih) if matches!(ih.statistics, Statistics::PerStep { .. }))
        {
            let (ax, dax) = (&ws.ax[span.clone()], &mut dax[span]);
            steps.back(Place::InputToHidden, layout, t, ax, mask, da, true, dax)?;
        }
        Ok(())
    }
}
