//! The passes of a recurrent layer.

use dfdx::prelude::*;
use norm_core::{Elem, Formula};
use norm_dfdx::Error;
use norm_dfdx::sequence_op::{Given, SlotTensor, Tensors, sequence};
use sequence::{Cell, Mode, Outcome, Place, Population, State, Statistics};

use super::operands::{self, Acting};
use super::{RecurrentLayer, Sequence, cell};
use crate::kind::Kind;
use crate::placement::PlacedIn;
use crate::row_norm::{Both, RowStore};

impl<K: Kind, F: Formula, P: PlacedIn, const I: usize, const H: usize, const W: usize, const S: usize, E>
    RecurrentLayer<K, F, P, I, H, W, S, E, Cpu>
where
    E: Dtype + Elem,
    Cpu: Device<E>,
{
    fn state(&self, cell: &Cell<E>) -> State<E> {
        let mut state = State::new(cell, H);
        let (mut gates, mut units) = (self.running_gates.iter(), self.running_units.iter());
        for place in Place::ALL {
            let width = if place.sees_gates() { S } else { H };
            for plane in state.get_mut(place).chunks_exact_mut(width) {
                let kept = if place.sees_gates() {
                    gates.next().map(Tensor::as_vec)
                } else {
                    units.next().map(Tensor::as_vec)
                };
                plane.copy_from_slice(&kept.unwrap_or_default());
            }
        }
        state
    }

    fn store(&mut self, state: &State<E>) {
        let (mut gates, mut units) = (self.running_gates.iter_mut(), self.running_units.iter_mut());
        for place in Place::ALL {
            let width = if place.sees_gates() { S } else { H };
            for plane in state.get(place).chunks_exact(width) {
                if place.sees_gates() {
                    gates.next().into_iter().for_each(|t| t.copy_from(plane));
                } else {
                    units.next().into_iter().for_each(|t| t.copy_from(plane));
                }
            }
        }
    }

    /// Says that the weights have changed since the last pass, which a method that streams is to know.
    pub(crate) fn weights_have_changed(&mut self) {
        let cell = cell::<K, F, P, E>();
        if cell.slots().all(|(_, slot)| slot.statistics != Statistics::Shared) {
            return;
        }
        let mut state = self.state(&cell);
        state.after_update(&cell, H);
        self.store(&state);
    }

    fn tensors<'a>(
        &'a self,
        cell: &Cell<E>,
        acting: Option<&'a Acting<I, H, W, E>>,
    ) -> Tensors<'a, I, H, W, S, E> {
        let (mut gates, mut units) = (self.gates.iter(), self.units.iter());
        let slots = cell.slot_params(H).into_iter().filter_map(|p| {
            if p.place.sees_gates() {
                gates.next().map(SlotTensor::Gates)
            } else {
                units.next().map(SlotTensor::Units)
            }
        });
        let slots = slots.collect();
        let raw = Tensors {
            weight_ih: &self.weight_ih,
            weight_hh: &self.weight_hh,
            bias: self.bias.first(),
            recurrent_bias: self.recurrent_bias.first(),
            start: self.start.first(),
            slots,
        };
        match acting {
            Some(acting) => operands::instead(acting, raw),
            None => raw,
        }
    }

    fn given(&self, x: &(usize, usize, Const<I>), mask: Option<Vec<bool>>, pass: u64) -> Given<E> {
        Given { mask, noise: self.noise.map(|noise| noise.draw(x.1 * H, pass)) }
    }

    /// All hidden states as in training: statistics of this batch, which the stored ones take in.
    ///
    /// `mask[t · N + n]` says whether step `t` belongs to case `n`.
    ///
    /// # Errors
    ///
    /// [`Error::Sequence`] for sizes that do not fit and for a statistic that cannot be stored; nothing was stored then.
    pub fn train<T: Tape<E, Cpu>>(
        &mut self,
        x: Sequence<I, E, Cpu, T>,
        mask: Option<Vec<bool>>,
    ) -> Result<(Sequence<H, E, Cpu, T>, Outcome), Error<CpuError>> {
        let cell = cell::<K, F, P, E>();
        let (mut state, mut rows) = (self.state(&cell), self.of_rows());
        let given = self.given(x.shape(), mask, self.passes + 1);
        let moved = Both { ih: RowStore::Moved(&mut rows.ih), hh: RowStore::Moved(&mut rows.hh) };
        let (x, acting) = self.operands(x, moved)?;
        let tensors = self.tensors(&cell, acting.as_ref());
        let out = sequence(&cell, &tensors, x, given, Mode::Train(&mut state), &self.spare)?;
        self.store(&state);
        self.keep_of_rows(&rows);
        self.passes += 1;
        Ok(out)
    }

    fn evaluate<T: Tape<E, Cpu>>(
        &self,
        cell: &Cell<E>,
        x: Sequence<I, E, Cpu, T>,
        mask: Option<Vec<bool>>,
        mode: Mode<'_, E>,
    ) -> Result<(Sequence<H, E, Cpu, T>, Outcome), Error<CpuError>> {
        let given = self.given(x.shape(), mask, 0);
        let rows = self.of_rows();
        let held = Both { ih: RowStore::Held(&rows.ih), hh: RowStore::Held(&rows.hh) };
        let (x, acting) = self.operands(x, held)?;
        let (y, outcome) = sequence(cell, &self.tensors(cell, acting.as_ref()), x, given, mode, &self.spare)?;
        if outcome.clamped {
            self.clamped.met();
        }
        Ok((y, outcome))
    }

    /// All hidden states as in evaluation: stored statistics. Changes nothing.
    pub fn eval<T: Tape<E, Cpu>>(
        &self,
        x: Sequence<I, E, Cpu, T>,
        mask: Option<Vec<bool>>,
    ) -> Result<(Sequence<H, E, Cpu, T>, Outcome), Error<CpuError>> {
        let cell = cell::<K, F, P, E>();
        let state = self.state(&cell);
        self.evaluate(&cell, x, mask, Mode::Eval(&state))
    }

    /// All hidden states by the statistics of this batch, as in training, and nothing is stored: by which Cooijmans et al.
    /// chose their models (cooijmans2017recurrent). Changes nothing.
    pub fn eval_batch<T: Tape<E, Cpu>>(
        &self,
        x: Sequence<I, E, Cpu, T>,
        mask: Option<Vec<bool>>,
    ) -> Result<(Sequence<H, E, Cpu, T>, Outcome), Error<CpuError>> {
        self.evaluate(&cell::<K, F, P, E>(), x, mask, Mode::EvalBatch)
    }

    /// Estimates the stored statistics anew: the plain average over batches of what each has, in place of what training
    /// left (cooijmans2017recurrent). Without a batch, or where one is refused, the stored ones stay.
    ///
    /// # Errors
    ///
    /// [`Error::Sequence`] for sizes that do not fit and for a statistic that has no finite value, of a batch that has.
    pub fn estimate(
        &mut self,
        batches: impl IntoIterator<Item = (Sequence<I, E, Cpu>, Option<Vec<bool>>)>,
    ) -> Result<(), Error<CpuError>> {
        let cell = cell::<K, F, P, E>();
        let mut population = Population::new(&cell, H);
        let mut any = false;
        for (x, mask) in batches {
            self.evaluate(&cell, x, mask, Mode::Estimate(&mut population))?;
            any = true;
        }
        if any {
            self.store(&population.finish());
        }
        Ok(())
    }
}
