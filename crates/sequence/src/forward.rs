//! Forward through time: what needs no earlier step for all steps at once, then step by step.

use norm_core::{CellKernel, Elem, Layout, Parts, PartsMut};

use crate::buffers::{Buffers, Lent};
use crate::cell::Cell;
use crate::error::Error;
use crate::graph::{BiasRows, Node, Side, Term, Value};
use crate::intake;
use crate::matmul::{Matrix, Output, matmul};
use crate::pass::{Inputs, Outcome, Weights};
use crate::plan::Plan;
use crate::rows;
use crate::slot::{Place, Ready, Statistics};
use crate::state::Mode;
use crate::stored_slot::Working;
use crate::workspace::{Held, Workspace};

/// Where step `t` lies in a buffer of `one` elements a step.
pub(crate) fn at(t: usize, one: usize) -> std::ops::Range<usize> {
    t * one..(t + 1) * one
}

/// Most values that an elementwise kernel reads.
pub(crate) const READ: usize = 8;
/// Most values that one writes.
pub(crate) const WRITTEN: usize = 2;

/// What the steps share.
struct Pass<'a, T: 'static> {
    plan: &'a Plan<T>,
    w: &'a Weights<'a, T>,
    across: [&'a [T]; 2],
    inputs: &'a Inputs<'a, T>,
    /// The input with padded steps blanked.
    x: &'a [T],
    slots: &'a [Option<Ready<'a, T>>; Place::ALL.len()],
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
        Statistics::BatchTime | Statistics::Shared => 1,
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
        let plan = Plan::of(self);
        plan.transpose(Side::Input, w.ih, s.units, s.inputs, &mut ws.w_x);
        plan.transpose(Side::Hidden, w.hh, s.units, s.units, &mut ws.w_h);
        let outcome = if ws.part < s.cases {
            self.forward_parts(&plan, w, inputs, &mode, ws, y)?
        } else {
            // Lent out, because a part reads those of the whole.
            let (w_x, w_h) = (std::mem::take(&mut ws.w_x), std::mem::take(&mut ws.w_h));
            let mut y: Vec<&mut [T]> = y.chunks_exact_mut(one).collect();
            let done = self.forward_part(&plan, w, [&w_x, &w_h], inputs, &mut mode, ws, &mut y);
            (ws.w_x, ws.w_h) = (w_x, w_h);
            let done = done?;
            self.take_in(inputs, mode, &ws.stats, &ws.working)?;
            done
        };
        ws.held = Some(Held::of(self, s, inputs.mask.is_some()));
        Ok(outcome)
    }

    /// Runs the cases of one part through all steps. `across` are both weights transposed, `y` the part's rows of
    /// each step.
    pub(crate) fn forward_part(
        &self,
        plan: &Plan<T>,
        w: &Weights<'_, T>,
        across: [&[T]; 2],
        inputs: &Inputs<'_, T>,
        mode: &mut Mode<'_, T>,
        ws: &mut Workspace<T>,
        y: &mut [&mut [T]],
    ) -> Result<Outcome, Error> {
        let s = inputs.sizes;
        ws.fit_forward(self, plan, &s, inputs.mask.is_some());
        self.fix(s.units, &mut ws.fixed);
        self.begin(mode, s.units, &mut ws.working);
        let (fixed, mut blanked) = (std::mem::take(&mut ws.fixed), std::mem::take(&mut ws.x));
        let slots = self.ready(ws.isa, w.slots, &fixed);
        let x = if inputs.mask.is_some() {
            let copy = &mut blanked[..inputs.x.len()];
            copy.copy_from_slice(inputs.x);
            rows::blank_padded(copy, inputs.mask, s.inputs);
            &*copy
        } else {
            inputs.x
        };
        let pass = Pass { plan, w, across, inputs, x, slots: &slots };
        let mut outcome = Outcome::default();
        let done = self.steps(&pass, mode, ws, &mut outcome, y);
        drop(slots);
        (ws.fixed, ws.x) = (fixed, blanked);
        done.map(|()| outcome)
    }

    fn steps(
        &self,
        pass: &Pass<'_, T>,
        mode: &mut Mode<'_, T>,
        ws: &mut Workspace<T>,
        outcome: &mut Outcome,
        y: &mut [&mut [T]],
    ) -> Result<(), Error> {
        let (s, inputs, graph) = (pass.inputs.sizes, pass.inputs, &pass.plan.graph);
        let one = s.cases * s.units;
        let starts = [inputs.h0, inputs.c0].into_iter().chain(std::iter::repeat(None));
        for (states, start) in ws.buffers.carried.iter_mut().zip(starts).take(graph.carries.len()) {
            rows::start(&mut states[..one], start);
        }
        for node in graph.nodes.iter().filter(|node| pass.plan.is_whole(node)) {
            self.walk(pass, node, None, mode, ws, outcome)?;
        }
        for (t, y) in y.iter_mut().enumerate() {
            let mask = inputs.mask.map(|m| &m[at(t, s.cases)]);
            for node in graph.nodes.iter().filter(|node| !pass.plan.is_whole(node)) {
                self.walk(pass, node, Some(t), mode, ws, outcome)?;
            }
            for states in &mut ws.buffers.carried[..graph.carries.len()] {
                let (before, after) = states.split_at_mut((t + 1) * one);
                rows::keep_padded(&mut after[..one], &before[at(t, one)], mask, s.units);
            }
            y.copy_from_slice(&ws.buffers.carried[0][at(t + 1, one)]);
            rows::blank_padded(y, mask, s.units);
        }
        Ok(())
    }

    /// One node at step `t`, or at all steps at once.
    fn walk(
        &self,
        pass: &Pass<'_, T>,
        node: &Node<T>,
        t: Option<usize>,
        mode: &mut Mode<'_, T>,
        ws: &mut Workspace<T>,
        outcome: &mut Outcome,
    ) -> Result<(), Error> {
        let s = pass.inputs.sizes;
        let cases = if t.is_some() { s.cases } else { s.steps * s.cases };
        let (storage, graph) = (&pass.plan.storage, &pass.plan.graph);
        let width = |v: Value| graph.shape(v).parts * s.units;
        let t = t.unwrap_or(0);
        let Workspace { isa, threads, buffers, stats, working, .. } = ws;
        let isa = *isa;
        match node {
            Node::Product { side, from, of, out, term } => {
                let (inner, across) = match side {
                    Side::Input => (s.inputs, pass.across[0]),
                    Side::Hidden => (s.units, pass.across[1]),
                };
                let width = width(*out);
                let w = Matrix::new(&across[from * s.units * inner..][..width * inner], inner, width);
                let mut lent = buffers.lend(storage, *out);
                let y = lent.step(t, cases * width);
                let x = Matrix::new(buffers.read(storage, *of, t, cases * inner, pass.x, &[]), cases, inner);
                let output = match term {
                    None | Some(Term { first: true, bias: None }) => Output::Overwrite,
                    Some(Term { first: true, bias: Some(bias) }) => {
                        rows::repeat(y, pass.bias(*bias, width));
                        Output::Add
                    }
                    Some(Term { first: false, bias }) => {
                        rows::add(isa, y, None, bias.map(|b| pass.bias(b, width)), width);
                        Output::Add
                    }
                };
                matmul(*threads, x, w, output, y);
                buffers.put(lent);
            }
            Node::Norm { place, of, out, term } => {
                let Some(slot) = &pass.slots[*place as usize] else { return Ok(()) };
                let mut lent = buffers.lend(storage, *out);
                let whole = graph.shape(*out).whole;
                let stats = &mut stats[*place as usize];
                let done = self.norm(
                    pass,
                    slot,
                    *of,
                    whole,
                    (t, cases, width(*out)),
                    mode,
                    buffers,
                    stats,
                    working,
                    &mut lent,
                    outcome,
                );
                buffers.put(lent);
                done?;
                if let (Some(Term { first: false, bias }), Some(sum)) = (term, graph.sums[out.0]) {
                    let (len, width) = (cases * width(*out), width(*out));
                    let mut lent = buffers.lend(storage, sum);
                    let bias = bias.map(|b| pass.bias(b, width));
                    rows::add(isa, lent.step(t, len), Some(&buffers.passing[..len]), bias, width);
                    buffers.put(lent);
                }
            }
            Node::Sum { bias, added, out } => {
                if let Some(bias) = bias.filter(|_| !added) {
                    let width = width(*out);
                    let mut lent = buffers.lend(storage, *out);
                    rows::add(isa, lent.step(t, cases * width), None, Some(pass.bias(bias, width)), width);
                    buffers.put(lent);
                }
            }
            Node::Update { kernel, of, out } => {
                let mut lent: [Lent<T>; WRITTEN] = Default::default();
                for (lent, v) in lent.iter_mut().zip(out) {
                    *lent = buffers.lend(storage, *v);
                }
                pass.update(kernel, of, &mut lent[..out.len()], t, buffers, ws.isa);
                for lent in lent.into_iter().take(out.len()) {
                    buffers.put(lent);
                }
            }
        }
        Ok(())
    }

    /// A slot at one step, or at all of them, each by itself where it has statistics of its own.
    fn norm(
        &self,
        pass: &Pass<'_, T>,
        slot: &Ready<'_, T>,
        of: Value,
        whole: bool,
        (t, cases, width): (usize, usize, usize),
        mode: &mut Mode<'_, T>,
        buffers: &Buffers<T>,
        stats: &mut [T],
        working: &mut Working<T>,
        lent: &mut Lent<T>,
        outcome: &mut Outcome,
    ) -> Result<(), Error> {
        let s = pass.inputs.sizes;
        let per_step = slot.slot.statistics.are_by_step();
        let (steps, cases) = if whole && per_step { (s.steps, s.cases) } else { (1, cases) };
        let layout = slot.slot.layout(slot.place, self.kind(), cases, s.units);
        let per = slot.slot.kernel.statistics_len(&layout);
        for t in t..t + steps {
            let (history, y) = lent.split(t, cases * width);
            let x = buffers.read(&pass.plan.storage, of, t, cases * width, pass.x, &[history]);
            let mask = pass.inputs.mask.map(|m| &m[at(t, cases)]);
            if slot.slot.keeps_state() {
                outcome.clamped |= working.forward(slot, layout, t, x, mask, mode, y)?;
                continue;
            }
            let a = Application { layout, t, x, mask, stats: &mut stats[at(t, per)], y };
            normalize(slot, a, mode, outcome)?;
        }
        Ok(())
    }
}

impl<T: Elem> Pass<'_, T> {
    /// A bias, `width` elements of it. It is there where a graph names it.
    fn bias(&self, rows: BiasRows, width: usize) -> &[T] {
        match rows {
            BiasRows::From(part) => {
                let from = part * self.inputs.sizes.units;
                self.w.bias.map_or(&[], |b| &b[from..from + width])
            }
            BiasRows::Recurrent => self.w.recurrent_bias.unwrap_or_default(),
        }
    }

    fn update(
        &self,
        kernel: &CellKernel<T>,
        of: &[Value],
        lent: &mut [Lent<T>],
        t: usize,
        buffers: &Buffers<T>,
        isa: norm_core::Isa,
    ) {
        let (s, graph) = (self.inputs.sizes, &self.plan.graph);
        let one = s.cases * s.units;
        let mut histories = [None; WRITTEN];
        let mut outputs = [const { None }; WRITTEN];
        for ((lent, history), output) in lent.iter_mut().zip(&mut histories).zip(&mut outputs) {
            let (before, y) = lent.split(t, one);
            (*history, *output) = (before, Some(PartsMut { data: y, parts: 1 }));
        }
        let mut inputs = [Parts { data: &[][..], parts: 1 }; READ];
        for (input, v) in inputs.iter_mut().zip(of) {
            let parts = graph.shape(*v).parts;
            let data = buffers.read(&self.plan.storage, *v, t, one * parts, self.x, &histories);
            *input = Parts { data, parts };
        }
        let mut outputs: Vec<PartsMut<'_, T>> = outputs.into_iter().flatten().collect();
        kernel.forward(isa, s.cases, s.units, &inputs[..of.len()], &mut outputs);
    }
}
