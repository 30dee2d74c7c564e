//! Forward through time: all input projections as one product, then step by step.

use norm_core::{Elem, Layout, Parts, PartsMut};

use crate::cell::{Cell, Sizes};
use crate::error::Error;
use crate::intake;
use crate::matmul::{Matrix, Output, Threads, matmul};
use crate::pass::{Inputs, Outcome, Weights};
use crate::rows;
use crate::slot::{Place, Ready, Statistics};
use crate::state::Mode;
use crate::update::Updates;
use crate::workspace::{Candidate, Held, Workspace};

/// Where step `t` lies in a buffer of `one` elements a step.
pub(crate) fn at(t: usize, one: usize) -> std::ops::Range<usize> {
    t * one..(t + 1) * one
}

/// What the steps share.
struct Pass<'a, T: 'static> {
    w: &'a Weights<'a, T>,
    across: [&'a [T]; 2],
    inputs: &'a Inputs<'a, T>,
    slots: &'a [Option<Ready<'a, T>>; Place::ALL.len()],
}

/// One block of the input's weights: its product with all inputs, normalized or not.
struct Projection<'a, T: 'static> {
    slot: Option<&'a Ready<'a, T>>,
    w: Matrix<'a, T>,
    /// Where it is not normalized.
    bias: Option<&'a [T]>,
    raw: &'a mut [T],
    out: &'a mut [T],
}

/// One slot applied to one step or to all of them.
struct Application<'a, T> {
    layout: Layout,
    t: usize,
    x: &'a [T],
    mask: Option<&'a [bool]>,
    stats: &'a mut [T],
    y: &'a mut [T],
}

fn normalize<T: Elem>(
    slot: &Ready<'_, T>,
    Application { layout, t, x, mask, stats, y }: Application<'_, T>,
    mode: &mut Mode<'_, T>,
    outcome: &mut Outcome,
) -> Result<(), Error> {
    let t_max = match slot.slot.statistics {
        Statistics::Instant => return slot.find(layout, x, mask, stats, y),
        Statistics::BatchTime => 1,
        Statistics::PerStep { t_max } => t_max,
    };
    let one = stats.len();
    if let Mode::Eval(state) = mode {
        let (step, clamped) = norm_core::policy::step(t, t_max);
        outcome.clamped |= clamped;
        stats.copy_from_slice(&state.get(slot.place)[at(step, one)]);
        return slot.apply(layout, x, mask, stats, y);
    }
    slot.find(layout, x, mask, stats, y)?;
    // A step beyond the stored ones has its own statistics and is not stored.
    if t < t_max && mode.stores() {
        intake::check(slot, layout, t, x, mask, stats)?;
    }
    Ok(())
}

impl<T: Elem> Cell<T> {
    /// Writes `y[T, N, H]`, and keeps in `ws` what [`Cell::backward`] needs.
    ///
    /// The mode says which statistics are used and who takes them in, once all steps are done. Refuses wrong sizes before
    /// anything is written, and a statistic that cannot be stored before any is.
    pub fn forward(
        &self,
        w: &Weights<'_, T>,
        inputs: &Inputs<'_, T>,
        mut mode: Mode<'_, T>,
        ws: &mut Workspace<T>,
        y: &mut [T],
    ) -> Result<Outcome, Error> {
        self.check_inputs(w, inputs)?;
        let s = inputs.sizes;
        let one = s.cases * s.units;
        if y.len() != s.steps * one {
            return Err(Error::Length { what: "y".into(), expected: s.steps * one, got: y.len() });
        }
        mode.check(self, s.units)?;
        ws.held = None;
        ws.of_batch = mode.is_of_batch();
        ws.part = self.part_cases(&s, ws.of_batch);
        let (w_x, w_h) = (&mut ws.w_x, &mut ws.w_h);
        w_x.resize(w.ih.len(), T::default());
        w_h.resize(w.hh.len(), T::default());
        let summed = self.summed(s.units);
        for (w, width, across) in [(w.ih, s.inputs, w_x), (w.hh, s.units, w_h)] {
            let (sums, candidate) = across.split_at_mut(summed * width);
            rows::transpose(&w[..sums.len()], width, sums);
            rows::transpose(&w[sums.len()..], width, candidate);
        }
        let outcome = if ws.part < s.cases {
            self.forward_parts(w, inputs, &mode, ws, y)?
        } else {
            // Lent out, because a part reads those of the whole.
            let (w_x, w_h) = (std::mem::take(&mut ws.w_x), std::mem::take(&mut ws.w_h));
            let mut y: Vec<&mut [T]> = y.chunks_exact_mut(one).collect();
            let done = self.forward_part(w, [&w_x, &w_h], inputs, &mut mode, ws, &mut y);
            (ws.w_x, ws.w_h) = (w_x, w_h);
            let done = done?;
            self.take_in(inputs, mode, &ws.stats)?;
            done
        };
        ws.held = Some(Held::of(self, s, inputs.mask.is_some()));
        Ok(outcome)
    }

    /// Runs the cases of one part through all steps. `across` are both weights transposed, `y` the part's rows of
    /// each step.
    pub(crate) fn forward_part(
        &self,
        w: &Weights<'_, T>,
        across: [&[T]; 2],
        inputs: &Inputs<'_, T>,
        mode: &mut Mode<'_, T>,
        ws: &mut Workspace<T>,
        y: &mut [&mut [T]],
    ) -> Result<Outcome, Error> {
        let s = inputs.sizes;
        let one = s.cases * s.units;
        ws.fit_forward(self, &s, inputs.mask.is_some());
        self.fix(s.units, &mut ws.fixed);
        let fixed = std::mem::take(&mut ws.fixed);
        let slots = self.ready(ws.isa, w.slots, &fixed);
        let pass = Pass { w, across, inputs, slots: &slots };
        let mut outcome = Outcome::default();
        let done = self.steps(&pass, mode, ws, &mut outcome, y, one);
        drop(slots);
        ws.fixed = fixed;
        done.map(|()| outcome)
    }

    fn steps(
        &self,
        pass: &Pass<'_, T>,
        mode: &mut Mode<'_, T>,
        ws: &mut Workspace<T>,
        outcome: &mut Outcome,
        y: &mut [&mut [T]],
        one: usize,
    ) -> Result<(), Error> {
        let (s, inputs) = (pass.inputs.sizes, pass.inputs);
        self.project(pass, mode, ws, outcome)?;
        rows::start(&mut ws.h[..one], inputs.h0);
        if self.kind().has_cell() {
            rows::start(&mut ws.c[..one], inputs.c0);
        }
        for (t, y) in y.iter_mut().enumerate() {
            let mask = inputs.mask.map(|m| &m[at(t, s.cases)]);
            self.sum_step(pass, t, mask, mode, ws, outcome)?;
            self.update_step(pass, t, mask, mode, ws, outcome)?;
            y.copy_from_slice(&ws.h[at(t + 1, one)]);
            rows::blank_padded(y, mask, s.units);
        }
        Ok(())
    }

    /// `W_x x` for all steps, normalized where that needs no earlier step, with the bias where one is due.
    fn project(
        &self,
        pass: &Pass<'_, T>,
        mode: &mut Mode<'_, T>,
        ws: &mut Workspace<T>,
        outcome: &mut Outcome,
    ) -> Result<(), Error> {
        let Pass { w, across: [w_x, _], inputs, slots } = *pass;
        let s = inputs.sizes;
        let (cases, width) = (s.steps * s.cases, self.summed(s.units));
        let Workspace { threads, x, ax, sum, z, candidate, stats, .. } = ws;
        let threads = *threads;
        let x = if inputs.mask.is_some() {
            let copy = &mut x[..cases * s.inputs];
            copy.copy_from_slice(inputs.x);
            rows::blank_padded(copy, inputs.mask, s.inputs);
            copy
        } else {
            inputs.x
        };
        let x = Matrix::new(x, cases, s.inputs);
        let sum = if self.slot(Place::Joint).is_some() { sum } else { z };
        let [_, ih, _, of_candidate, ..] = slots;
        let (w_sums, w_candidate) = w_x.split_at(width * s.inputs);
        let bias = w.bias.filter(|_| self.bias_is_early()).map(|b| b.split_at(width));
        let sums = Projection {
            slot: ih.as_ref(),
            w: Matrix::new(w_sums, s.inputs, width),
            bias: bias.map(|b| b.0),
            raw: ax,
            out: &mut sum[..cases * width],
        };
        self.project_block(sums, x, &s, threads, inputs.mask, stats, mode, outcome)?;
        if self.kind().has_candidate() {
            let of = Projection {
                slot: of_candidate.as_ref(),
                w: Matrix::new(w_candidate, s.inputs, s.units),
                bias: bias.map(|b| b.1),
                raw: &mut candidate.raw_x,
                out: &mut candidate.x[..cases * s.units],
            };
            self.project_block(of, x, &s, threads, inputs.mask, stats, mode, outcome)?;
        }
        Ok(())
    }

    fn project_block(
        &self,
        Projection { slot, w, bias, raw, out }: Projection<'_, T>,
        x: Matrix<'_, T>,
        s: &Sizes,
        threads: Threads,
        mask: Option<&[bool]>,
        stats: &mut [Vec<T>; Place::ALL.len()],
        mode: &mut Mode<'_, T>,
        outcome: &mut Outcome,
    ) -> Result<(), Error> {
        let (cases, width) = (s.steps * s.cases, out.len() / (s.steps * s.cases));
        let Some(ih) = slot else {
            match bias {
                Some(bias) => {
                    rows::repeat(out, bias);
                    matmul(threads, x, w, Output::Add, out);
                }
                None => matmul(threads, x, w, Output::Overwrite, out),
            }
            return Ok(());
        };
        let raw = &mut raw[..cases * width];
        matmul(threads, x, w, Output::Overwrite, raw);
        let stats = &mut stats[ih.place as usize];
        let steps = match ih.slot.statistics {
            Statistics::Instant | Statistics::BatchTime => 1,
            Statistics::PerStep { .. } => s.steps,
        };
        let cases = cases / steps;
        let layout = ih.slot.layout(ih.place, self.kind(), cases, s.units);
        let per = ih.slot.kernel.statistics_len(&layout);
        for t in 0..steps {
            let (span, stats) = (at(t, cases * width), &mut stats[at(t, per)]);
            let mask = mask.map(|m| &m[at(t, cases)]);
            let a = Application { layout, t, x: &raw[span.clone()], mask, stats, y: &mut out[span] };
            normalize(ih, a, mode, outcome)?;
        }
        Ok(())
    }

    /// Whether a bias is added to the sum of the projections rather than behind the norm over it.
    pub(crate) fn bias_is_early(&self) -> bool {
        self.bias_is_normed() || self.slot(Place::Joint).is_none()
    }

    /// Brings the summed inputs of step `t` to what the update takes.
    fn sum_step(
        &self,
        pass: &Pass<'_, T>,
        t: usize,
        mask: Option<&[bool]>,
        mode: &mut Mode<'_, T>,
        ws: &mut Workspace<T>,
        outcome: &mut Outcome,
    ) -> Result<(), Error> {
        let Pass { w, across: [_, w_h], slots, .. } = *pass;
        let s = pass.inputs.sizes;
        let width = self.summed(s.units);
        let (one, gates) = (s.cases * s.units, s.cases * width);
        let Workspace { isa, threads, ah, sum, z, candidate, h, h_in, stats, normed, .. } = ws;
        let threads = *threads;
        let [before, ih, hh, of_input, of_hidden, joint, ..] = slots;
        let z = &mut z[at(t, gates)];
        let acc = if joint.is_some() { &mut sum[at(t, gates)] } else { &mut *z };
        let mut h = &h[at(t, one)];
        if let Some(before) = before {
            let layout = before.slot.layout(before.place, self.kind(), s.cases, s.units);
            let stats = &mut stats[before.place as usize][at(t, before.slot.kernel.statistics_len(&layout))];
            let y = &mut h_in[at(t, one)];
            normalize(before, Application { layout, t, x: h, mask, stats, y: &mut *y }, mode, outcome)?;
            h = y;
        }
        let h = Matrix::new(h, s.cases, s.units);
        let (w_h, w_candidate) = w_h.split_at(s.units * width);
        let w_h = Matrix::new(w_h, s.units, width);
        let bias = w.bias.map(|b| b.split_at(width));
        // Without a norm of the input projection the bias already lies in the sum.
        let early = bias.map(|b| b.0).filter(|_| self.bias_is_early() && ih.is_some());
        if let Some(hh) = hh {
            let layout = hh.slot.layout(hh.place, self.kind(), s.cases, s.units);
            let stats = &mut stats[hh.place as usize][at(t, hh.slot.kernel.statistics_len(&layout))];
            let (ah, normed) = (&mut ah[at(t, gates)], &mut normed[..gates]);
            matmul(threads, h, w_h, Output::Overwrite, ah);
            normalize(hh, Application { layout, t, x: ah, mask, stats, y: normed }, mode, outcome)?;
            rows::add(*isa, acc, Some(normed), early, width);
        } else {
            rows::add(*isa, acc, None, early, width);
            matmul(threads, h, w_h, Output::Add, acc);
        }
        if let Some(joint) = joint {
            let layout = joint.slot.layout(joint.place, self.kind(), s.cases, s.units);
            let stats = &mut stats[joint.place as usize][at(t, joint.slot.kernel.statistics_len(&layout))];
            normalize(
                joint,
                Application { layout, t, x: &sum[at(t, gates)], mask, stats, y: &mut *z },
                mode,
                outcome,
            )?;
            rows::add(*isa, z, None, w.bias.filter(|_| !self.bias_is_early()), width);
        }
        if self.kind().has_candidate() {
            let Candidate { x, h: u, raw_h, .. } = candidate;
            let u = &mut u[at(t, one)];
            let bias = bias.map(|b| b.1).filter(|_| of_input.is_some());
            rows::add(*isa, &mut x[at(t, one)], None, bias, s.units);
            let w_candidate = Matrix::new(w_candidate, s.units, s.units);
            if let Some(slot) = of_hidden {
                let raw = &mut raw_h[at(t, one)];
                matmul(threads, h, w_candidate, Output::Overwrite, raw);
                let layout = slot.slot.layout(slot.place, self.kind(), s.cases, s.units);
                let stats = &mut stats[slot.place as usize][at(t, slot.slot.kernel.statistics_len(&layout))];
                normalize(slot, Application { layout, t, x: raw, mask, stats, y: &mut *u }, mode, outcome)?;
            } else {
                matmul(threads, h, w_candidate, Output::Overwrite, u);
            }
            rows::add(*isa, u, None, w.recurrent_bias, s.units);
        }
        Ok(())
    }

    /// Cell and hidden state after step `t`.
    fn update_step(
        &self,
        pass: &Pass<'_, T>,
        t: usize,
        mask: Option<&[bool]>,
        mode: &mut Mode<'_, T>,
        ws: &mut Workspace<T>,
        outcome: &mut Outcome,
    ) -> Result<(), Error> {
        let s = pass.inputs.sizes;
        let (one, gates) = (s.cases * s.units, s.cases * self.summed(s.units));
        let Workspace { isa, z, candidate, h, c, c_raw, gate, read, h_raw, stats, .. } = ws;
        let isa = *isa;
        let [.., carried, read_out, hidden] = pass.slots;
        let layout = Layout::new(s.cases, 1, s.units, 1);
        let z = Parts { data: &z[at(t, gates)], parts: self.kind().summed() };
        let (h0, h1) = h[t * one..(t + 2) * one].split_at_mut(one);
        let h_out = if hidden.is_some() { &mut h_raw[at(t, one)] } else { &mut *h1 };
        match Updates::<T>::of(self.kind()) {
            Updates::Rnn { step } => {
                step.forward(isa, s.cases, s.units, &[z], &mut [PartsMut { data: h_out, parts: 1 }]);
            }
            Updates::Gru { step } => {
                let before = [&candidate.x[at(t, one)], &candidate.h[at(t, one)], h0];
                let [x, u, h0] = before.map(|data| Parts { data, parts: 1 });
                let mut after = [PartsMut { data: h_out, parts: 1 }];
                step.forward(isa, s.cases, s.units, &[z, x, u, h0], &mut after);
            }
            Updates::Lstm { step, update, read_out: open } => {
                let (c0, c1) = c[t * one..(t + 2) * one].split_at_mut(one);
                let before = [z, Parts { data: c0, parts: 1 }];
                if carried.is_none() && read_out.is_none() {
                    let mut after = [PartsMut { data: c1, parts: 1 }, PartsMut { data: h_out, parts: 1 }];
                    step.forward(isa, s.cases, s.units, &before, &mut after);
                } else {
                    let gate = &mut gate[at(t, one)];
                    let c_out = if carried.is_some() { &mut c_raw[at(t, one)] } else { &mut *c1 };
                    let mut after =
                        [PartsMut { data: &mut *c_out, parts: 1 }, PartsMut { data: &mut *gate, parts: 1 }];
                    update.forward(isa, s.cases, s.units, &before, &mut after);
                    if let Some(carried) = carried {
                        let stats = &mut stats[carried.place as usize];
                        let stats = &mut stats[at(t, carried.slot.kernel.statistics_len(&layout))];
                        let a = Application { layout, t, x: &c_raw[at(t, one)], mask, stats, y: c1 };
                        normalize(carried, a, mode, outcome)?;
                    }
                    let seen: &[T] = if let Some(read_out) = read_out {
                        let stats = &mut stats[read_out.place as usize];
                        let stats = &mut stats[at(t, read_out.slot.kernel.statistics_len(&layout))];
                        let read = &mut read[at(t, one)];
                        let a = Application { layout, t, x: c1, mask, stats, y: &mut *read };
                        normalize(read_out, a, mode, outcome)?;
                        read
                    } else {
                        c1
                    };
                    let before = [Parts { data: &*gate, parts: 1 }, Parts { data: seen, parts: 1 }];
                    open.forward(isa, s.cases, s.units, &before, &mut [PartsMut { data: h_out, parts: 1 }]);
                }
                rows::keep_padded(c1, c0, mask, s.units);
            }
        }
        if let Some(hidden) = hidden {
            let stats = &mut stats[hidden.place as usize];
            let stats = &mut stats[at(t, hidden.slot.kernel.statistics_len(&layout))];
            let a = Application { layout, t, x: &h_raw[at(t, one)], mask, stats, y: h1 };
            normalize(hidden, a, mode, outcome)?;
        }
        rows::keep_padded(h1, h0, mask, s.units);
        Ok(())
    }
}
