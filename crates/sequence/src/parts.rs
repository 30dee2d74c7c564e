//! A batch cut into parts, each run through all steps on one thread: the threads meet once per pass and not once
//! per step, and what a step writes the next one finds in cache.
//!
//! The cut depends on sizes only and what the parts add up is added in their order, so the bits do not depend on
//! the number of threads.

use std::ops::Range;

use norm_core::{Elem, chunk};

use crate::cell::{Cell, Sizes};
use crate::error::Error;
use crate::forward::at;
use crate::matmul::Threads;
use crate::pass::{Gradients, Inputs, Outcome, Upstream, Weights};
use crate::plan::Plan;
use crate::rows;
use crate::state::Mode;
use crate::workspace::Workspace;

/// Summed inputs of one step of a part: products this large run at full speed, and a step stays in the
/// second-level cache.
const SUMS: usize = 8 * 1024;

/// Fewest cases in a part: products of fewer rows are slower.
const FEWEST: usize = 16;

/// What one part works with.
#[derive(Debug)]
pub(crate) struct Part<T: 'static> {
    pub(crate) ws: Workspace<T>,
    x: Vec<T>,
    mask: Vec<bool>,
    ih: Vec<T>,
    hh: Vec<T>,
    bias: Vec<T>,
    recurrent_bias: Vec<T>,
    slots: Vec<Vec<T>>,
}

impl<T: Elem> Part<T> {
    fn inputs<'a>(&'a self, whole: &Inputs<'a, T>, cases: Range<usize>) -> Inputs<'a, T> {
        let s = whole.sizes;
        let states = cases.start * s.units..cases.end * s.units;
        // Of a recurrence without a cell `c0` is empty.
        Inputs {
            sizes: Sizes { cases: cases.len(), ..s },
            x: &self.x,
            mask: whole.mask.map(|_| &self.mask[..]),
            h0: whole.h0.map(|h| &h[states.clone()]),
            c0: whole.c0.map(|c| c.get(states).unwrap_or_default()),
        }
    }
}

/// The parts of `cases` cases, `part` in each but the last.
pub(crate) fn cuts(cases: usize, part: usize) -> impl Iterator<Item = Range<usize>> + Clone {
    (0..cases).step_by(part.max(1)).map(move |from| from..(from + part).min(cases))
}

/// For each part its rows of every step of `all`, `[T, N, width]`.
fn shares<'a, T>(all: &'a mut [T], s: &Sizes, part: usize, width: usize) -> Vec<Vec<&'a mut [T]>> {
    let mut shares: Vec<_> = cuts(s.cases, part).map(|_| Vec::with_capacity(s.steps)).collect();
    for step in all.chunks_exact_mut(s.cases * width) {
        for (share, rows) in shares.iter_mut().zip(step.chunks_mut(part * width)) {
            share.push(rows);
        }
    }
    shares
}

/// `len` elements, all 0.
fn clear<T: Elem>(v: &mut Vec<T>, len: usize) {
    v.clear();
    v.resize(len, T::default());
}

impl<T: Elem> Cell<T> {
    /// Cases in a part. Cases meet only in a statistic of the current batch: a slot that pools over cases keeps
    /// them together while that is what it uses. Within a case (layer norm), without statistics, and with stored ones
    /// they are independent of each other from the first step to the last, whatever the placement.
    pub(crate) fn part_cases(&self, s: &Sizes, of_batch: bool) -> usize {
        if of_batch && self.is_stateful() {
            return s.cases;
        }
        (SUMS / self.width(s.units)).max(FEWEST).min(s.cases)
    }

    pub(crate) fn forward_parts(
        &self,
        plan: &Plan<T>,
        w: &Weights<'_, T>,
        inputs: &Inputs<'_, T>,
        mode: &Mode<'_, T>,
        ws: &mut Workspace<T>,
        y: &mut [T],
    ) -> Result<Outcome, Error> {
        let s = inputs.sizes;
        let Workspace { isa, part, parts, w_x, w_h, .. } = ws;
        let across = [&w_x[..], &w_h[..]];
        let count = cuts(s.cases, *part).count();
        while parts.len() < count {
            let ws = Workspace { threads: Threads::One, ..Workspace::on(*isa) };
            let (x, mask, ih, hh, bias, recurrent_bias, slots) = Default::default();
            parts.push(Part { ws, x, mask, ih, hh, bias, recurrent_bias, slots });
        }
        let mut done: Vec<Result<Outcome, Error>> = (0..count).map(|_| Ok(Outcome::default())).collect();
        let tasks =
            cuts(s.cases, *part).zip(parts.iter_mut()).zip(shares(y, &s, *part, s.units)).zip(&mut done);
        let tasks: Vec<_> = tasks.collect();
        let elements = s.steps * s.cases * self.width(s.units);
        chunk::for_each(tasks, elements, |(((cases, part), mut y), done)| {
            part.x.clear();
            part.mask.clear();
            for t in 0..s.steps {
                let rows = t * s.cases + cases.start..t * s.cases + cases.end;
                part.x.extend_from_slice(&inputs.x[rows.start * s.inputs..rows.end * s.inputs]);
                part.mask.extend(inputs.mask.iter().flat_map(|m| &m[rows.clone()]));
            }
            let mut ws = std::mem::take(&mut part.ws);
            ws.of_batch = mode.is_of_batch();
            // Parts use statistics of the batch only where there are none to be stored.
            let mut mode = if let Mode::Eval(state) = mode { Mode::Eval(state) } else { Mode::EvalBatch };
            *done =
                self.forward_part(plan, w, across, &part.inputs(inputs, cases), &mut mode, &mut ws, &mut y);
            part.ws = ws;
        });
        let mut all = Outcome::default();
        for one in done {
            all.clamped |= one?.clamped;
        }
        Ok(all)
    }

    pub(crate) fn backward_parts(
        &self,
        plan: &Plan<T>,
        w: &Weights<'_, T>,
        inputs: &Inputs<'_, T>,
        up: &Upstream<'_, T>,
        ws: &mut Workspace<T>,
        out: &mut Gradients<'_, '_, T>,
    ) -> Result<(), Error> {
        let s = inputs.sizes;
        let Workspace { isa, part: per, parts, .. } = ws;
        let per = *per;
        let count = cuts(s.cases, per).count();
        let mut dx: Vec<Option<Vec<&mut [T]>>> = match &mut out.x {
            Some(dx) => shares(dx, &s, per, s.inputs).into_iter().map(Some).collect(),
            None => (0..count).map(|_| None).collect(),
        };
        let mut done: Vec<Result<(), Error>> = (0..count).map(|_| Ok(())).collect();
        let mut dh0 = out.h0.as_mut().map(|h| h.chunks_mut(per * s.units));
        let mut dc0 = out.c0.as_mut().map(|c| c.chunks_mut(per * s.units));
        let lens: Vec<usize> = out.slots.iter().map(|p| p.len()).collect();
        let (ih, hh, bias) = (out.ih.len(), out.hh.len(), out.bias.as_ref().map_or(0, |b| b.len()));
        let recurrent_bias = out.recurrent_bias.as_ref().map_or(0, |b| b.len());
        let tasks =
            cuts(s.cases, per).zip(parts.iter_mut()).zip(&mut dx).zip(&mut done).map(|task| {
                (task, dh0.as_mut().and_then(Iterator::next), dc0.as_mut().and_then(Iterator::next))
            });
        let tasks: Vec<_> = tasks.collect();
        let elements = s.steps * s.cases * self.width(s.units);
        chunk::for_each(tasks, elements, |((((cases, part), dx), done), h0, c0)| {
            let mut own = std::mem::take(&mut part.ws);
            let (mut d_ih, mut d_hh, mut d_bias, mut d_recurrent, mut d_slots) = (
                std::mem::take(&mut part.ih),
                std::mem::take(&mut part.hh),
                std::mem::take(&mut part.bias),
                std::mem::take(&mut part.recurrent_bias),
                std::mem::take(&mut part.slots),
            );
            clear(&mut d_ih, ih);
            clear(&mut d_hh, hh);
            clear(&mut d_bias, bias);
            clear(&mut d_recurrent, recurrent_bias);
            d_slots.resize(lens.len(), Vec::new());
            for (d, len) in d_slots.iter_mut().zip(&lens) {
                clear(d, *len);
            }
            let rows = cases.start * s.units..cases.end * s.units;
            let step = s.cases * s.units;
            let dy: Vec<&[T]> = (0..s.steps).map(|t| &up.y[at(t, step)][rows.clone()]).collect();
            let up = Upstream {
                y: &[],
                h: up.h.map(|h| &h[rows.clone()]),
                c: up.c.map(|c| c.get(rows).unwrap_or_default()),
            };
            let mut slots: Vec<&mut [T]> = d_slots.iter_mut().map(|d| &mut d[..]).collect();
            let mut out = Gradients {
                x: None,
                ih: &mut d_ih,
                hh: &mut d_hh,
                bias: (bias > 0).then_some(&mut d_bias[..]),
                recurrent_bias: (recurrent_bias > 0).then_some(&mut d_recurrent[..]),
                slots: &mut slots,
                h0,
                c0,
            };
            let inputs = part.inputs(inputs, cases);
            *done = self.backward_part(plan, w, &inputs, &dy, &up, &mut own, dx.as_deref_mut(), &mut out);
            (part.ws, part.ih, part.hh, part.slots) = (own, d_ih, d_hh, d_slots);
            (part.bias, part.recurrent_bias) = (d_bias, d_recurrent);
        });
        done.into_iter().collect::<Result<(), Error>>()?;
        for part in &parts[..count] {
            rows::add(*isa, out.ih, Some(&part.ih), None, 1);
            rows::add(*isa, out.hh, Some(&part.hh), None, 1);
            if let Some(bias) = &mut out.bias {
                rows::add(*isa, bias, Some(&part.bias), None, 1);
            }
            if let Some(bias) = &mut out.recurrent_bias {
                rows::add(*isa, bias, Some(&part.recurrent_bias), None, 1);
            }
            for (into, from) in out.slots.iter_mut().zip(&part.slots) {
                rows::add(*isa, into, Some(from), None, 1);
            }
        }
        Ok(())
    }
}
