//! One recurrent layer of the network: what it trains, what it stores, and its passes.

use dfdx::prelude::*;
use models::{Both, RowNorm, RowStore};
use norm_dfdx::Error;
use norm_dfdx::sequence_op::{Given, SlotTensor, Spare, Tensors, sequence};
use sequence::{Cell, Mode, Place, Population, State, Statistics};

use super::super::learner::Source;
use super::super::metrics::{changes, largest_singular_value};
use super::super::optimizer::Visitor;

/// A parameter of a slot, and whether it is trained.
pub(super) struct SlotValue<const H: usize, const S: usize> {
    pub(super) tensor: Held<H, S>,
    pub(super) trained: bool,
}

pub(super) enum Held<const H: usize, const S: usize> {
    Gates(Tensor<Rank1<S>, f32, Cpu>),
    Units(Tensor<Rank1<H>, f32, Cpu>),
}

/// The method as all layers have it: in the slots of the cell, or at the rows of the weights.
pub(super) struct Method {
    pub(super) cell: Cell<f32>,
    pub(super) at_rows: Option<RowNorm<f32>>,
}

/// What a layer stores: of its slots, and of the rows of both matrices.
#[derive(Clone)]
pub(super) struct Stores {
    pub(super) slots: State<f32>,
    pub(super) rows: Both<Vec<f32>>,
}

/// A layer of `I` inputs, `H` units, `W` summed inputs, `S` of them without a GRU's candidate.
pub(super) struct Layer<const I: usize, const H: usize, const W: usize, const S: usize> {
    pub(super) ih: Tensor<Rank2<W, I>, f32, Cpu>,
    pub(super) hh: Tensor<Rank2<W, H>, f32, Cpu>,
    pub(super) bias: Option<Tensor<Rank1<W>, f32, Cpu>>,
    pub(super) recurrent_bias: Option<Tensor<Rank1<H>, f32, Cpu>>,
    pub(super) start: Option<Tensor<Rank1<H>, f32, Cpu>>,
    pub(super) slots: Vec<SlotValue<H, S>>,
    /// Parameters of normalized rows, those of `ih` before those of `hh`.
    pub(super) rows: Vec<Tensor<Rank1<W>, f32, Cpu>>,
    pub(super) stores: Stores,
    /// Running statistics, then estimated ones and those shared over time, where somebody estimated.
    pub(super) population: Option<(State<f32>, State<f32>)>,
    pub(super) spare: Spare<f32>,
}

pub(super) type States<const C: usize, T = NoneTape> = Tensor<(usize, usize, Const<C>), f32, Cpu, T>;

impl<const I: usize, const H: usize, const W: usize, const S: usize> Layer<I, H, W, S> {
    pub(super) fn visit<V: Visitor>(&mut self, v: &mut V) -> Result<(), CpuError> {
        v.tensor(&mut self.ih)?;
        v.tensor(&mut self.hh)?;
        self.bias.iter_mut().try_for_each(|t| v.tensor(t))?;
        self.recurrent_bias.iter_mut().try_for_each(|t| v.tensor(t))?;
        self.start.iter_mut().try_for_each(|t| v.tensor(t))?;
        for slot in self.slots.iter_mut().filter(|slot| slot.trained) {
            match &mut slot.tensor {
                Held::Gates(t) => v.tensor(t)?,
                Held::Units(t) => v.tensor(t)?,
            }
        }
        self.rows.iter_mut().try_for_each(|t| v.tensor(t))
    }

    /// Trained numbers.
    pub(super) fn parameters(&self) -> usize {
        let slot = |s: &SlotValue<H, S>| match &s.tensor {
            Held::Gates(_) => S,
            Held::Units(_) => H,
        };
        let slots: usize = self.slots.iter().filter(|s| s.trained).map(slot).sum();
        let biases = usize::from(self.bias.is_some()) * W
            + usize::from(self.recurrent_bias.is_some()) * H
            + usize::from(self.start.is_some()) * H;
        W * (I + H) + biases + slots + self.rows.len() * W
    }

    /// Stored numbers.
    pub(super) fn stored(&self) -> usize {
        let slots: usize = Place::ALL.iter().map(|p| self.stores.slots.get(*p).len()).sum();
        slots + self.stores.rows.ih.len() + self.stores.rows.hh.len()
    }

    /// All hidden states, in a mode and with the stores of rows as they are to be used.
    fn run<T: Tape<f32, Cpu>>(
        &self,
        method: &Method,
        x: States<I, T>,
        given: Given<f32>,
        mode: Mode<'_, f32>,
        stores: Both<RowStore<'_, f32>>,
    ) -> Result<States<H, T>, Error<CpuError>> {
        let slots = self.slots.iter().map(|slot| match &slot.tensor {
            Held::Gates(t) => SlotTensor::Gates(t),
            Held::Units(t) => SlotTensor::Units(t),
        });
        let raw = Tensors {
            weight_ih: &self.ih,
            weight_hh: &self.hh,
            bias: self.bias.as_ref(),
            recurrent_bias: self.recurrent_bias.as_ref(),
            start: self.start.as_ref(),
            slots: slots.collect(),
        };
        let done = match &method.at_rows {
            None => sequence(&method.cell, &raw, x, given, mode, &self.spare),
            Some(norm) => {
                let weights = Both { ih: &self.ih, hh: &self.hh };
                let (x, acting) = norm.acting(x, &weights, &self.rows, stores)?;
                let acting = Tensors { weight_ih: &acting.ih, weight_hh: &acting.hh, ..raw };
                sequence(&method.cell, &acting, x, given, mode, &self.spare)
            }
        };
        done.map(|(y, _)| y)
    }

    /// A pass in training, and what is to be stored if all layers come through.
    pub(super) fn train<T: Tape<f32, Cpu>>(
        &self,
        method: &Method,
        x: States<I, T>,
        given: Given<f32>,
    ) -> Result<(States<H, T>, Stores), Error<CpuError>> {
        let mut next = self.stores.clone();
        let moved = Both { ih: RowStore::Moved(&mut next.rows.ih), hh: RowStore::Moved(&mut next.rows.hh) };
        let y = self.run(method, x, given, Mode::Train(&mut next.slots), moved)?;
        Ok((y, next))
    }

    /// A pass that leaves the layer as it is.
    pub(super) fn evaluate(
        &self,
        method: &Method,
        x: States<I>,
        given: Given<f32>,
        mode: Mode<'_, f32>,
    ) -> Result<States<H>, Error<CpuError>> {
        let rows = &self.stores.rows;
        let held = Both { ih: RowStore::Held(&rows.ih), hh: RowStore::Held(&rows.hh) };
        self.run(method, x, given, mode, held)
    }

    /// Evaluation by statistics from there; nothing where they were not estimated.
    pub(super) fn by(&self, source: Source) -> Option<Mode<'_, f32>> {
        Some(match source {
            Source::Running => Mode::Eval(&self.stores.slots),
            Source::Batch => Mode::EvalBatch,
            Source::Population => Mode::Eval(&self.population.as_ref()?.0),
            Source::Shared => Mode::Eval(&self.population.as_ref()?.1),
        })
    }

    /// Takes what was estimated.
    pub(super) fn estimated(&mut self, cell: &Cell<f32>, population: &Population<f32>) {
        let found = population.finish();
        let shared = found.shared_over_time(cell);
        self.population = Some((found, shared));
    }

    /// The largest singular value of the recurrent matrix as it acts.
    pub(super) fn singular_value(&self, method: &Method) -> Result<f64, Error<CpuError>> {
        let acting = match &method.at_rows {
            None => self.hh.as_vec(),
            Some(norm) => {
                let (_, of_hh) = self.rows.split_at(self.rows.len() / 2);
                let held = RowStore::Held(&self.stores.rows.hh);
                norm.rows::<W, H, NoneTape>(of_hh, &self.hh, held)?.as_vec()
            }
        };
        Ok(largest_singular_value(&acting, H))
    }

    /// How much each statistic of the population behind the recurrence changes from one to the next of so many steps. Those at the
    /// input alone change by the cases that were drawn and nothing else.
    pub(super) fn changes(&self, cell: &Cell<f32>, steps: usize) -> Vec<Vec<f64>> {
        let Some((population, _)) = &self.population else { return Vec::new() };
        let mut all = Vec::new();
        for (place, slot) in cell.slots().filter(|(place, _)| !place.sees_input()) {
            let Statistics::PerStep { t_max } = slot.statistics else { continue };
            let (stored, kinds) = (population.get(place), slot.kernel.descriptor.statistics.len());
            let step = stored.len() / t_max.max(1);
            let of_kind = step / kinds.max(1);
            for kind in 0..kinds {
                let at = |t: usize| &stored[t * step + kind * of_kind..][..of_kind];
                let wide = |t: usize| at(t).iter().map(|v| f64::from(*v)).collect();
                all.push(changes(&(0..t_max.min(steps)).map(wide).collect::<Vec<Vec<f64>>>()));
            }
        }
        all
    }
}
