//! One step of the way back: from the gradients of the states after it to those of its projections and of the states
//! before it.

use norm_core::{Elem, Layout, Parts, PartsMut, Rule};

use crate::cell::{Cell, Sizes};
use crate::error::Error;
use crate::forward::at;
use crate::matmul::{Matrix, Output, matmul};
use crate::pass::Weights;
use crate::rows;
use crate::slot::{Place, Ready, Statistics};
use crate::update::Updates;
use crate::workspace::{Back, Candidate, Workspace};

/// For each place the gradients of all parameters in declared order, learned or not.
pub(crate) type SlotGradients<'a, T> = [Vec<&'a mut [T]>; Place::ALL.len()];

/// What the steps share.
pub(crate) struct Steps<'a, 'g, T: 'static> {
    pub(crate) slots: [Option<Ready<'a, T>>; Place::ALL.len()],
    pub(crate) stats: &'a [Vec<T>; Place::ALL.len()],
    pub(crate) dslots: SlotGradients<'g, T>,
    pub(crate) rule: Rule,
}

impl<T: Elem> Steps<'_, '_, T> {
    pub(crate) fn has(&self, place: Place) -> bool {
        self.slots[place as usize].is_some()
    }

    /// The gradient of the input of the slot at `place` in step `t`.
    pub(crate) fn back(
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
    /// From the gradients of the states after step `t` to those of its summed inputs and of the cell before it.
    pub(crate) fn back_update(
        &self,
        s: &Sizes,
        t: usize,
        mask: Option<&[bool]>,
        dy: &[T],
        ws: &Workspace<T>,
        b: &mut Back<T>,
        steps: &mut Steps<'_, '_, T>,
    ) -> Result<(), Error> {
        let (isa, one, gates) = (ws.isa, s.cases * s.units, s.cases * self.summed(s.units));
        let layout = Layout::new(s.cases, 1, s.units, 1);
        let Back { dz, candidate, dh, dh_raw, dh_next, dc, kept_h, kept_c, .. } = &mut *b;
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
        let z = Parts { data: &ws.z[at(t, gates)], parts: self.kind().summed() };
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
            Updates::Gru { step } => {
                let span = at(t, one);
                let [a, u, h0] =
                    [&ws.candidate.x[span.clone()], &ws.candidate.h[span.clone()], &ws.h[span.clone()]]
                        .map(part);
                let (da, du) = (&mut candidate.x[span.clone()], &mut candidate.h[span]);
                let mut into = [
                    PartsMut { data: &mut *dz, parts: 2 },
                    PartsMut { data: &mut *da, parts: 1 },
                    PartsMut { data: &mut *du, parts: 1 },
                    PartsMut { data: &mut dh_next[..one], parts: 1 },
                ];
                step.backward(isa, s.cases, s.units, &[z, a, u, h0], &[part(dh)], &mut into);
                rows::blank_padded(da, mask, s.units);
                rows::blank_padded(du, mask, s.units);
            }
            Updates::Lstm { .. } => self.back_cell(s, t, mask, ws, b, steps)?,
        }
        rows::blank_padded(&mut b.dz[at(t, gates)], mask, self.summed(s.units));
        Ok(())
    }

    /// The part of an LSTM's step, with its cell.
    fn back_cell(
        &self,
        s: &Sizes,
        t: usize,
        mask: Option<&[bool]>,
        ws: &Workspace<T>,
        b: &mut Back<T>,
        steps: &mut Steps<'_, '_, T>,
    ) -> Result<(), Error> {
        let Updates::Lstm { step, update, read_out } = Updates::<T>::of(self.kind()) else { return Ok(()) };
        let (isa, one, gates) = (ws.isa, s.cases * s.units, s.cases * self.summed(s.units));
        let layout = Layout::new(s.cases, 1, s.units, 1);
        let part = |data| Parts { data, parts: 1 };
        let z = Parts { data: &ws.z[at(t, gates)], parts: 4 };
        let Back { dz, dh, dh_raw, dc, dc_raw, dc_next, dgate, dread, kept_c, .. } = b;
        let dz = &mut dz[at(t, gates)];
        let dh = if steps.has(Place::Hidden) { &dh_raw[..one] } else { &dh[..one] };
        let (c0, c1) = (&ws.c[at(t, one)], &ws.c[at(t + 1, one)]);
        let before = [z, part(c0)];
        if !steps.has(Place::Carried) && !steps.has(Place::ReadOut) {
            let mut into =
                [PartsMut { data: &mut *dz, parts: 4 }, PartsMut { data: &mut dc_next[..one], parts: 1 }];
            let up = [part(&dc[..one]), part(dh)];
            step.backward(isa, s.cases, s.units, &before, &up, &mut into);
        } else {
            let (gate, dgate, dread) = (&ws.gate[at(t, one)], &mut dgate[..one], &mut dread[..one]);
            let seen = if steps.has(Place::ReadOut) { &ws.read[at(t, one)] } else { c1 };
            let mut into =
                [PartsMut { data: &mut *dgate, parts: 1 }, PartsMut { data: &mut *dread, parts: 1 }];
            read_out.backward(isa, s.cases, s.units, &[part(gate), part(seen)], &[part(dh)], &mut into);
            let dc = &mut dc[..one];
            if steps.has(Place::ReadOut) {
                steps.back(Place::ReadOut, layout, t, c1, mask, dread, false, dc)?;
            } else {
                rows::add(isa, dc, Some(dread), None, s.units);
            }
            let dc: &[T] = if steps.has(Place::Carried) {
                let dc_raw = &mut dc_raw[..one];
                steps.back(Place::Carried, layout, t, &ws.c_raw[at(t, one)], mask, dc, true, dc_raw)?;
                dc_raw
            } else {
                dc
            };
            let mut into =
                [PartsMut { data: &mut *dz, parts: 4 }, PartsMut { data: &mut dc_next[..one], parts: 1 }];
            update.backward(isa, s.cases, s.units, &before, &[part(dc), part(dgate)], &mut into);
        }
        std::mem::swap(dc, dc_next);
        rows::keep_padded(&mut dc[..one], &kept_c[..one], mask, s.units);
        Ok(())
    }

    /// From the gradients of step `t`'s summed inputs to those of the projections, where norms stand between.
    pub(crate) fn back_sum(
        &self,
        s: &Sizes,
        t: usize,
        mask: Option<&[bool]>,
        ws: &Workspace<T>,
        b: &mut Back<T>,
        steps: &mut Steps<'_, '_, T>,
    ) -> Result<(), Error> {
        let (span, one) = (at(t, s.cases * self.summed(s.units)), at(t, s.cases * s.units));
        let layout = |place| self.layout(place, s.cases, s.units);
        let Back { dz, dsum, dax, dah, candidate, .. } = b;
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
        if let Some(layout) = layout(Place::InputToHidden).filter(|_| self.is_per_step(Place::InputToHidden))
        {
            let (ax, dax) = (&ws.ax[span.clone()], &mut dax[span]);
            steps.back(Place::InputToHidden, layout, t, ax, mask, da, true, dax)?;
        }
        let Candidate { x: da, h: du, raw_x, raw_h } = candidate;
        if let Some(layout) = layout(Place::HiddenToCandidate) {
            let (ah, du) = (&ws.candidate.raw_h[one.clone()], &du[one.clone()]);
            steps.back(Place::HiddenToCandidate, layout, t, ah, mask, du, true, &mut raw_h[one.clone()])?;
        }
        if let Some(layout) =
            layout(Place::InputToCandidate).filter(|_| self.is_per_step(Place::InputToCandidate))
        {
            let (ax, da) = (&ws.candidate.raw_x[one.clone()], &da[one.clone()]);
            steps.back(Place::InputToCandidate, layout, t, ax, mask, da, true, &mut raw_x[one])?;
        }
        Ok(())
    }

    /// From the gradients of step `t`'s hidden projections to that of the hidden state before it.
    pub(crate) fn back_hidden(
        &self,
        s: &Sizes,
        t: usize,
        mask: Option<&[bool]>,
        w: &Weights<'_, T>,
        ws: &Workspace<T>,
        b: &mut Back<T>,
        steps: &mut Steps<'_, '_, T>,
    ) -> Result<(), Error> {
        let (one, width) = (s.cases * s.units, self.summed(s.units));
        let (w_h, w_candidate) = w.hh.split_at(width * s.units);
        let dah = match (steps.has(Place::HiddenToHidden), steps.has(Place::Joint)) {
            (true, _) => &b.dah,
            (false, true) => &b.dsum,
            (false, false) => &b.dz,
        };
        let dah = Matrix::new(&dah[at(t, s.cases * width)], s.cases, width);
        let w_h = Matrix::new(w_h, width, s.units);
        let (dh, dh_in) = (&mut b.dh[..one], &mut b.dh_in);
        let normed = steps.has(Place::RecurrentInput);
        if self.kind().has_candidate() {
            // The update gate lets the state through beside the products.
            dh.copy_from_slice(&b.dh_next[..one]);
        }
        let first = if normed || !self.kind().has_candidate() { Output::Overwrite } else { Output::Add };
        let into = if normed { &mut dh_in[..one] } else { &mut *dh };
        matmul(ws.threads, dah, w_h, first, into);
        if self.kind().has_candidate() {
            let Candidate { h: du, raw_h, .. } = &b.candidate;
            let du = if steps.has(Place::HiddenToCandidate) { raw_h } else { du };
            let du = Matrix::new(&du[at(t, one)], s.cases, s.units);
            matmul(ws.threads, du, Matrix::new(w_candidate, s.units, s.units), Output::Add, into);
        }
        if normed {
            let layout = Layout::new(s.cases, 1, s.units, 1);
            let h = &ws.h[at(t, one)];
            let overwrite = !self.kind().has_candidate();
            steps.back(Place::RecurrentInput, layout, t, h, mask, &dh_in[..one], overwrite, dh)?;
        }
        rows::keep_padded(dh, &b.kept_h[..one], mask, s.units);
        Ok(())
    }

    pub(crate) fn is_per_step(&self, place: Place) -> bool {
        self.slot(place).is_some_and(|s| matches!(s.statistics, Statistics::PerStep { .. }))
    }
}
