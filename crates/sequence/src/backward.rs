//! Backward through time: the graph of a step from its last node to its first, from the last step to the first, then what is
//! for all steps at once, every weight gradient as one product.

use norm_core::{CellKernel, Elem, Parts, PartsMut, Rule};

use crate::cell::Cell;
use crate::error::Error;
use crate::forward::{READ, WRITTEN, at};
use crate::gradients::Slopes;
use crate::graph::{BiasRows, Node, Side, Value};
use crate::matmul::{Matrix, Output, matmul};
use crate::pass::{Gradients, Inputs, Upstream, Weights};
use crate::plan::Plan;
use crate::rows;
use crate::slot::{Place, Ready, Statistics};
use crate::stored_slot::Working;
use crate::workspace::{Held, Workspace};

/// For each place the gradients of all parameters in declared order, learned or not.
type SlotGradients<'a, T> = [Vec<&'a mut [T]>; Place::ALL.len()];

/// What the steps share.
struct Pass<'a, 'g, T: 'static> {
    plan: &'a Plan<T>,
    w: &'a Weights<'a, T>,
    inputs: &'a Inputs<'a, T>,
    /// The input with padded steps blanked.
    x: &'a [T],
    ws: &'a Workspace<T>,
    slots: [Option<Ready<'a, T>>; Place::ALL.len()],
    dslots: SlotGradients<'g, T>,
    rule: Rule,
    /// The stores of slots that have a part in every use.
    working: Working<T>,
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
        let plan = Plan::of(self);
        if ws.part < s.cases {
            return self.backward_parts(&plan, w, inputs, up, ws, out);
        }
        let one = s.cases * s.units;
        let dy: Vec<&[T]> = up.y.chunks_exact(one).collect();
        let mut dx = out.x.take();
        let mut dx_steps: Option<Vec<&mut [T]>> =
            dx.as_deref_mut().map(|dx| dx.chunks_exact_mut(s.cases * s.inputs).collect());
        let done = self.backward_part(&plan, w, inputs, &dy, up, ws, dx_steps.as_deref_mut(), out);
        out.x = dx;
        done
    }

    /// The cases of one part. `dy` and `dx` are its rows of each step and stand for those of `up` and `out`.
    pub(crate) fn backward_part(
        &self,
        plan: &Plan<T>,
        w: &Weights<'_, T>,
        inputs: &Inputs<'_, T>,
        dy: &[&[T]],
        up: &Upstream<'_, T>,
        ws: &mut Workspace<T>,
        dx: Option<&mut [&mut [T]]>,
        out: &mut Gradients<'_, '_, T>,
    ) -> Result<(), Error> {
        let mut sink = std::mem::take(&mut ws.sink);
        for (sink, fixed) in sink.iter_mut().zip(&ws.fixed) {
            sink.resize(fixed.len(), T::default());
        }
        let mut back = std::mem::take(&mut ws.back);
        let working = std::mem::take(&mut ws.working);
        back.fit(plan, &inputs.sizes, inputs.mask.is_some());
        let x = if inputs.mask.is_some() { &ws.x[..inputs.x.len()] } else { inputs.x };
        let mut pass = Pass {
            plan,
            w,
            inputs,
            x,
            ws,
            slots: self.ready(ws.isa, w.slots, &ws.fixed),
            dslots: self.slot_gradients(out.slots, &mut sink),
            rule: if ws.of_batch { Rule::Exact } else { Rule::Frozen },
            working,
        };
        let mut into = Into {
            ih: out.ih,
            hh: out.hh,
            bias: out.bias.as_deref_mut(),
            recurrent_bias: out.recurrent_bias.as_deref_mut(),
            dx,
        };
        let done = self.through_time(&mut pass, dy, up, &mut back, &mut into);
        if done.is_ok() {
            for (into, from) in [&mut out.h0, &mut out.c0].into_iter().zip(&back.after) {
                if let Some(into) = into {
                    rows::add(ws.isa, into, Some(&from[..into.len()]), None, inputs.sizes.units);
                }
            }
        }
        let working = pass.working;
        (ws.back, ws.sink, ws.working) = (back, sink, working);
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

    fn through_time(
        &self,
        pass: &mut Pass<'_, '_, T>,
        dy: &[&[T]],
        up: &Upstream<'_, T>,
        b: &mut Slopes<T>,
        into: &mut Into<'_, '_, T>,
    ) -> Result<(), Error> {
        let (plan, s, isa) = (pass.plan, pass.inputs.sizes, pass.ws.isa);
        let (one, count) = (s.cases * s.units, plan.graph.carries.len());
        let ends = [up.h, up.c].into_iter().chain(std::iter::repeat(None));
        for (after, end) in b.after.iter_mut().zip(ends).take(count) {
            rows::start(&mut after[..one], end);
        }
        for t in (0..s.steps).rev() {
            let mask = pass.inputs.mask.map(|m| &m[at(t, s.cases)]);
            b.begin(plan);
            for i in 0..count {
                let after = &mut b.after[i][..one];
                if mask.is_some() {
                    // A padded row hands its states' gradients on untouched and takes no other part in this step.
                    b.kept[i][..one].copy_from_slice(after);
                }
                if i == 0 {
                    rows::add(isa, after, Some(dy[t]), None, s.units);
                }
                rows::blank_padded(after, mask, s.units);
            }
            for node in plan.graph.nodes.iter().rev().filter(|node| !plan.is_whole(node)) {
                self.walk_back(pass, node, Some(t), b, into)?;
            }
            for (i, carry) in plan.graph.carries.iter().enumerate() {
                b.complete(plan, carry.before, t, one);
                rows::keep_padded(&mut b.before[i][..one], &b.kept[i], mask, s.units);
            }
            std::mem::swap(&mut b.before, &mut b.after);
        }
        for node in plan.graph.nodes.iter().rev().filter(|node| plan.is_whole(node)) {
            self.walk_back(pass, node, None, b, into)?;
        }
        for node in plan.graph.nodes.iter().rev() {
            pass.weights(node, b, into);
        }
        Ok(())
    }

    /// One node at step `t`, or at all steps at once.
    fn walk_back(
        &self,
        pass: &mut Pass<'_, '_, T>,
        node: &Node<T>,
        t: Option<usize>,
        b: &mut Slopes<T>,
        into: &mut Into<'_, '_, T>,
    ) -> Result<(), Error> {
        let (plan, s) = (pass.plan, pass.inputs.sizes);
        let width = |v: Value| plan.graph.shape(v).parts * s.units;
        let steps = if t.is_some() { 1 } else { s.steps };
        match node {
            Node::Product { side: Side::Hidden, from, of, out, .. } => {
                let (width, t) = (width(*out), t.unwrap_or(0));
                let w =
                    Matrix::new(&pass.w.hh[from * s.units * s.units..][..width * s.units], width, s.units);
                let output = if b.is_first(plan, *of) { Output::Overwrite } else { Output::Add };
                b.complete(plan, *out, t, s.cases * width);
                let mut lent = b.take(plan, *of);
                let d = Matrix::new(b.get(plan, *out, t, s.cases * width), s.cases, width);
                let span = Slopes::<T>::span(plan, *of, t, s.cases * s.units);
                matmul(pass.ws.threads, d, w, output, &mut lent[span]);
                b.put(plan, *of, lent);
            }
            // Those of the inputs come at the end.
            Node::Product { side: Side::Input, .. } => {}
            Node::Norm { place, of, out, .. } => self.norm_back(pass, *place, (*of, *out), t, b)?,
            Node::Sum { bias, out, .. } => {
                let bias = match bias {
                    None => None,
                    Some(BiasRows::From(from)) => {
                        into.bias.as_deref_mut().map(|d| &mut d[from * s.units..][..width(*out)])
                    }
                    Some(BiasRows::Recurrent) => into.recurrent_bias.as_deref_mut(),
                };
                if let Some(bias) = bias {
                    for t in (t.unwrap_or(0)..t.unwrap_or(0) + steps).rev() {
                        rows::add_columns(pass.ws.isa, b.get(plan, *out, t, s.cases * width(*out)), bias);
                    }
                }
            }
            Node::Update { kernel, of, out } => pass.update_back(kernel, of, out, t.unwrap_or(0), b),
        }
        Ok(())
    }

    /// A slot at one step, or at all of them, each by itself where it has statistics of its own.
    fn norm_back(
        &self,
        pass: &mut Pass<'_, '_, T>,
        place: Place,
        (of, out): (Value, Value),
        t: Option<usize>,
        b: &mut Slopes<T>,
    ) -> Result<(), Error> {
        let Some(slot) = &pass.slots[place as usize] else { return Ok(()) };
        let (plan, s, ws) = (pass.plan, pass.inputs.sizes, pass.ws);
        let width = plan.graph.shape(out).parts * s.units;
        let per_step = slot.slot.statistics.are_by_step();
        let (steps, cases) = match t {
            Some(_) => (1, s.cases),
            None if per_step => (s.steps, s.cases),
            None => (1, s.steps * s.cases),
        };
        let (t, len) = (t.unwrap_or(0), cases * width);
        let layout = slot.slot.layout(place, self.kind(), cases, s.units);
        let per = slot.slot.kernel.statistics_len(&layout);
        let rule = if slot.slot.statistics == Statistics::Instant { Rule::Exact } else { pass.rule };
        let overwrite = b.is_first(plan, of);
        let mut lent = b.take(plan, of);
        let mut done = Ok(());
        for t in (t..t + steps).rev() {
            b.complete(plan, out, t, len);
            let x = ws.buffers.read(&plan.storage, of, t, len, pass.x, &[]);
            let mask = pass.inputs.mask.map(|m| &m[at(t, cases)]);
            let dy = b.get(plan, out, t, len);
            let dx = &mut lent[Slopes::<T>::span(plan, of, t, len)];
            let dparams = &mut pass.dslots[place as usize];
            if slot.slot.keeps_state() {
                done = pass.working.backward(slot, ws.isa, layout, t, x, mask, dy, overwrite, dx, dparams);
                if done.is_err() {
                    break;
                }
                continue;
            }
            let stats = &ws.stats[place as usize][at(t, per)];
            done = slot.backward(layout, x, mask, dy, stats, rule, overwrite, dx, dparams);
            if done.is_err() {
                break;
            }
        }
        b.put(plan, of, lent);
        done
    }
}

/// Where gradients of what all steps share go.
struct Into<'a, 'x, T> {
    ih: &'a mut [T],
    hh: &'a mut [T],
    bias: Option<&'a mut [T]>,
    recurrent_bias: Option<&'a mut [T]>,
    dx: Option<&'a mut [&'x mut [T]]>,
}

impl<T: Elem> Pass<'_, '_, T> {
    fn update_back(&self, kernel: &CellKernel<T>, of: &[Value], out: &[Value], t: usize, b: &mut Slopes<T>) {
        let (plan, s, isa) = (self.plan, self.inputs.sizes, self.ws.isa);
        let one = s.cases * s.units;
        let parts = |v: &Value| plan.graph.shape(*v).parts;
        for v in out {
            b.complete(plan, *v, t, one);
        }
        let mut taken: [Vec<T>; READ] = Default::default();
        let mut first = [false; READ];
        let mut terms = std::mem::take(&mut b.terms);
        crate::buffers::fit_list(&mut terms, of.len());
        for (i, v) in of.iter().enumerate() {
            first[i] = b.is_first(plan, *v);
            if first[i] {
                taken[i] = b.take(plan, *v);
            } else {
                taken[i] = std::mem::take(&mut terms[i]);
                crate::buffers::fit(&mut taken[i], one * parts(v));
            }
        }
        let mut inputs = [Parts { data: &[][..], parts: 1 }; READ];
        for (input, v) in inputs.iter_mut().zip(of) {
            let data = self.ws.buffers.read(&plan.storage, *v, t, one * parts(v), self.x, &[]);
            *input = Parts { data, parts: parts(v) };
        }
        let mut upstream = [Parts { data: &[][..], parts: 1 }; WRITTEN];
        for (up, v) in upstream.iter_mut().zip(out) {
            *up = Parts { data: b.get(plan, *v, t, one), parts: 1 };
        }
        let mut gradients: Vec<PartsMut<'_, T>> = Vec::with_capacity(of.len());
        for ((taken, v), first) in taken.iter_mut().zip(of).zip(first) {
            let len = one * parts(v);
            let span = if first { Slopes::<T>::span(plan, *v, t, len) } else { 0..len };
            gradients.push(PartsMut { data: &mut taken[span], parts: parts(v) });
        }
        kernel.backward(isa, s.cases, s.units, &inputs[..of.len()], &upstream[..out.len()], &mut gradients);
        for ((v, taken), _) in of.iter().zip(&mut taken).zip(first).filter(|(_, first)| *first) {
            b.put(plan, *v, std::mem::take(taken));
        }
        let mask = self.inputs.mask.map(|m| &m[at(t, s.cases)]);
        for (i, v) in of.iter().enumerate() {
            if !first[i] {
                b.add(isa, plan, *v, t, &taken[i][..one * parts(v)]);
                terms[i] = std::mem::take(&mut taken[i]);
            }
            if plan.storage.is_of_all(*v) {
                b.blank(plan, *v, t, mask, one * parts(v));
            }
        }
        b.terms = terms;
    }

    /// From the gradients of a product of all steps to those of its weights and of the inputs.
    fn weights(&self, node: &Node<T>, b: &Slopes<T>, into: &mut Into<'_, '_, T>) {
        let Node::Product { side, from, of, out, .. } = node else { return };
        let (plan, s, threads) = (self.plan, self.inputs.sizes, self.ws.threads);
        let (width, cases) = (plan.graph.shape(*out).parts * s.units, s.steps * s.cases);
        let (inner, dw, w) = match side {
            Side::Input => (s.inputs, &mut *into.ih, self.w.ih),
            Side::Hidden => (s.units, &mut *into.hh, self.w.hh),
        };
        let block = from * s.units * inner..from * s.units * inner + width * inner;
        if *side == Side::Input {
            let w = Matrix::new(&w[block.clone()], width, inner);
            for (t, dx) in into.dx.iter_mut().flat_map(|dx| dx.iter_mut()).enumerate() {
                let d = Matrix::new(b.get(plan, *out, t, s.cases * width), s.cases, width);
                matmul(threads, d, w, Output::Add, dx);
            }
        }
        let x = self.ws.buffers.read_all(&plan.storage, *of, cases * inner, s.cases * s.units, self.x);
        let d = Matrix::new(b.get(plan, *out, 0, cases * width), cases, width);
        matmul(threads, d.transposed(), Matrix::new(x, cases, inner), Output::Add, &mut dw[block]);
    }
}
