//! A cell step by step on a tape of plain loops, each norm on the composed path or by the reference: the other two paths
//! of `rnn`, `gru` and `lstm`. Written from the papers' equations, beside the fused engine and not from it.

use norm_core::{Averages, Layout, NormState, policy};
use sequence::{Bias, Cell, CellKind, Place, Sizes, State, Statistics};

use crate::error::Error;
use crate::norm::{How, Norm, Real};
use crate::request::Request;
use crate::state::refused;
use crate::tape::{Id, Tape};

/// What goes in, on the tape.
pub(crate) struct Leaves {
    pub(crate) x: Id,
    pub(crate) w_ih: Id,
    pub(crate) w_hh: Id,
    pub(crate) bias: Option<Id>,
    pub(crate) recurrent_bias: Option<Id>,
    pub(crate) h0: Id,
    pub(crate) c0: Id,
    /// In the order of `Cell::slot_params`.
    pub(crate) slots: Vec<Id>,
}

/// One unrolled network.
pub(crate) struct Unrolled<'a, T: 'static> {
    pub(crate) r: &'a Request,
    pub(crate) cell: &'a Cell<T>,
    pub(crate) sizes: Sizes,
    pub(crate) mask: Option<&'a [bool]>,
    pub(crate) bias_at: Bias,
    pub(crate) leaves: Leaves,
    pub(crate) tape: Tape<T>,
    pub(crate) state: State<T>,
    pub(crate) clamped: bool,
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

impl<T: Real> Unrolled<'_, T> {
    fn sigmoid(&mut self, a: Id) -> Id {
        self.tape.map(a, sigmoid, |_, y| y * (1.0 - y))
    }

    fn tanh(&mut self, a: Id) -> Id {
        self.tape.map(a, f64::tanh, |_, y| 1.0 - y * y)
    }

    fn minus_one(&mut self, a: Id) -> Id {
        self.tape.map(a, |x| 1.0 - x, |_, _| -1.0)
    }

    /// `a` at a place in steps `t..t + steps`, normalized if something stands there.
    fn at(&mut self, place: Place, a: Id, t: usize, steps: usize) -> Result<Id, Error> {
        let Some(slot) = self.cell.slot(place) else { return Ok(a) };
        let d = slot.kernel.descriptor;
        let cases = steps * self.sizes.cases;
        let width = self.tape.get(a).len() / cases;
        let groups = if slot.per_gate && place.sees_gates() { width / self.sizes.units } else { 1 };
        let layout = Layout::new(cases, groups, width / groups, 1);
        let specs = self.cell.slot_params(self.sizes.units);
        let learned = |name: &str| {
            let at = specs.iter().position(|p| p.place == place && p.name == name);
            at.map(|at| self.leaves.slots[at])
        };
        let params: Vec<Option<Id>> = d.params.iter().map(|p| learned(p.name)).collect();
        let values = d.params.iter().zip(&params).map(|(p, id)| match id {
            Some(id) => self.tape.get(*id).to_vec(),
            None => vec![T::lit(p.initial_at(&layout)); p.axis.len(&layout)],
        });
        let n = self.sizes.cases;
        let norm = Norm {
            method: self.r.method,
            path: self.r.path,
            layout,
            params: values.collect(),
            consts: slot.consts.clone(),
            mask: self.mask.map(|m| m[t * n..(t + steps) * n].to_vec()),
        };
        let t_max = match slot.statistics {
            Statistics::PerStep { t_max } => t_max,
            Statistics::BatchTime => 1,
            _ => {
                let mut nothing = NormState::instant(slot.kernel, slot.consts.clone());
                return self.tape.norm(a, norm, params, How::Stored, &mut nothing);
            }
        };
        let (step, beyond) = policy::step(t, t_max);
        let how = match How::of(self.r) {
            How::Train if beyond => How::Aside,
            how => how,
        };
        self.clamped |= beyond && how == How::Stored;
        let mut averages = Averages::new(d, slot.running, width);
        let one = averages.values.len();
        let stored = &mut self.state.get_mut(place)[step * one..(step + 1) * one];
        averages.values.copy_from_slice(stored);
        let mut norm_state = NormState::averaging_from(slot.kernel, slot.consts.clone(), averages);
        let refused = refused(format!("state.{place}."), self.r.advice());
        let y = self.tape.norm(a, norm, params, how, &mut norm_state).map_err(refused)?;
        stored.copy_from_slice(&norm_state.stored());
        Ok(y)
    }

    /// The input's projections of all steps: of the gates or of all parts, and of a GRU's candidate.
    fn inputs(&mut self) -> Result<Vec<(Id, Option<Id>)>, Error> {
        let Sizes { steps, cases, inputs, units } = self.sizes;
        let kind = self.cell.kind();
        let (width, summed) = (kind.gates() * units, kind.summed() * units);
        let all = self.tape.product(self.leaves.x, self.leaves.w_ih, [steps * cases, inputs, width]);
        let mut parts = vec![(Place::InputToHidden, self.tape.columns(all, width, 0, summed), summed)];
        if kind.has_candidate() {
            parts.push((Place::InputToCandidate, self.tape.columns(all, width, summed, units), units));
        }
        let mut found = Vec::new();
        for (place, part, width) in parts {
            let whole =
                self.cell.slot(place).is_none_or(|s| !matches!(s.statistics, Statistics::PerStep { .. }));
            let part = if whole { self.at(place, part, 0, steps)? } else { part };
            for t in 0..steps {
                let mut step = self.tape.slice(part, t * cases * width, cases * width);
                if !whole {
                    step = self.at(place, step, t, 1)?;
                }
                found.push(step);
            }
        }
        Ok((0..steps).map(|t| (found[t], found.get(steps + t).copied())).collect())
    }

    /// The hidden states, a value for each step.
    pub(crate) fn run(&mut self) -> Result<Vec<Id>, Error> {
        let cases = self.sizes.cases;
        let (mut h, mut c) = (self.leaves.h0, self.leaves.c0);
        let mut all = Vec::new();
        for (t, (ax, candidate)) in self.inputs()?.into_iter().enumerate() {
            let (next, cell) = match self.cell.kind() {
                CellKind::Gru | CellKind::GruKeep => (self.gru(t, ax, candidate, h)?, c),
                CellKind::Lstm => self.lstm(t, ax, h, c)?,
                _ => (self.simple(t, ax, h)?, c),
            };
            let next = self.at(Place::Hidden, next, t, 1)?;
            // A padded step gives 0 and carries the state on.
            if let Some(mask) = self.mask.map(|m| m[t * cases..(t + 1) * cases].to_vec()) {
                h = self.tape.choose(next, Some(h), &mask);
                c = self.tape.choose(cell, Some(c), &mask);
                all.push(self.tape.choose(next, None, &mask));
            } else {
                (h, c) = (next, cell);
                all.push(next);
            }
        }
        Ok(all)
    }

    /// The summed inputs: both projections, the norm over their sum, and the bias where it stands.
    fn sum(&mut self, t: usize, ax: Id, ah: Id) -> Result<Id, Error> {
        let mut z = self.tape.add(ax, ah);
        let early = self.bias_at == Bias::BeforeNorm;
        if let Some(b) = self.leaves.bias.filter(|_| early) {
            z = self.tape.bias(z, b);
        }
        z = self.at(Place::Joint, z, t, 1)?;
        match self.leaves.bias.filter(|_| !early) {
            Some(b) => Ok(self.tape.bias(z, b)),
            None => Ok(z),
        }
    }

    fn hidden(&mut self, t: usize, h: Id) -> Result<Id, Error> {
        let Sizes { cases, units, .. } = self.sizes;
        let h = self.at(Place::RecurrentInput, h, t, 1)?;
        let ah = self.tape.product(h, self.leaves.w_hh, [cases, units, self.cell.kind().gates() * units]);
        self.at(Place::HiddenToHidden, ah, t, 1)
    }

    fn simple(&mut self, t: usize, ax: Id, h: Id) -> Result<Id, Error> {
        let ah = self.hidden(t, h)?;
        let z = self.sum(t, ax, ah)?;
        Ok(match self.cell.kind() {
            CellKind::RnnRelu => self.tape.map(z, |x| x.max(0.0), |x, _| f64::from(u8::from(x > 0.0))),
            CellKind::RnnClipped => {
                self.tape.map(z, |x| x.clamp(0.0, 20.0), |x, _| f64::from(u8::from(x > 0.0 && x < 20.0)))
            }
            _ => self.tanh(z),
        })
    }

    fn lstm(&mut self, t: usize, ax: Id, h: Id, c: Id) -> Result<(Id, Id), Error> {
        let units = self.sizes.units;
        let ah = self.hidden(t, h)?;
        let z = self.sum(t, ax, ah)?;
        let part = |tape: &mut Tape<T>, gate: usize| tape.columns(z, 4 * units, gate * units, units);
        let [i, f, g, o] = [0, 1, 2, 3].map(|gate| part(&mut self.tape, gate));
        let (i, f, g, o) = (self.sigmoid(i), self.sigmoid(f), self.tanh(g), self.sigmoid(o));
        let (kept, new) = (self.tape.mul(f, c), self.tape.mul(i, g));
        let c = self.tape.add(kept, new);
        let c = self.at(Place::Carried, c, t, 1)?;
        let read = self.at(Place::ReadOut, c, t, 1)?;
        let read = self.tanh(read);
        Ok((self.tape.mul(o, read), c))
    }

    fn gru(&mut self, t: usize, ax: Id, candidate: Option<Id>, h: Id) -> Result<Id, Error> {
        let Sizes { cases, units, .. } = self.sizes;
        let met = self.at(Place::RecurrentInput, h, t, 1)?;
        let all = self.tape.product(met, self.leaves.w_hh, [cases, units, 3 * units]);
        let gates = self.tape.columns(all, 3 * units, 0, 2 * units);
        let gates = self.at(Place::HiddenToHidden, gates, t, 1)?;
        let mut u = self.tape.columns(all, 3 * units, 2 * units, units);
        u = self.at(Place::HiddenToCandidate, u, t, 1)?;
        if let Some(b) = self.leaves.recurrent_bias {
            u = self.tape.bias(u, b);
        }
        let mut z = self.tape.add(ax, gates);
        let mut a = candidate.unwrap_or(ax);
        if let Some(b) = self.leaves.bias {
            let (of_gates, of_candidate) =
                (self.tape.slice(b, 0, 2 * units), self.tape.slice(b, 2 * units, units));
            z = self.tape.bias(z, of_gates);
            a = self.tape.bias(a, of_candidate);
        }
        let (reset, update) =
            (self.tape.columns(z, 2 * units, 0, units), self.tape.columns(z, 2 * units, units, units));
        let (reset, update) = (self.sigmoid(reset), self.sigmoid(update));
        let gated = self.tape.mul(reset, u);
        let n = self.tape.add(a, gated);
        let n = self.tanh(n);
        let other = self.minus_one(update);
        let (old, new) = if self.cell.kind() == CellKind::Gru { (other, update) } else { (update, other) };
        let (old, new) = (self.tape.mul(old, h), self.tape.mul(new, n));
        Ok(self.tape.add(old, new))
    }
}
