//! What a cell stores between training steps, and the modes of a pass.

use norm_core::Elem;

use crate::cell::Cell;
use crate::error::Error;
use crate::population::Population;
use crate::slot::{Place, Statistics};

/// Running statistics of every slot that stores some. Per slot they lie as
/// [`norm_core::policy`] says, with a leading step axis for per-step statistics.
#[derive(Clone, Debug, PartialEq)]
pub struct State<T> {
    slots: [Vec<T>; Place::ALL.len()],
}

impl<T: Elem> State<T> {
    /// The state before any batch: variances 1, everything else 0 or as a method says.
    pub fn new(cell: &Cell<T>, units: usize) -> Self {
        let mut slots = std::array::from_fn(|_| Vec::new());
        for (place, slot) in cell.slots() {
            let channels = cell.layout(place, 1, units).map_or(0, |l| l.channels());
            let one = slot.norm_state(channels).stored();
            slots[place as usize] = one.repeat(slot.stores());
        }
        Self { slots }
    }

    /// A slot's running statistics; empty if it stores none.
    pub fn get(&self, place: Place) -> &[T] {
        &self.slots[place as usize]
    }

    /// The same, to be loaded.
    pub fn get_mut(&mut self, place: Place) -> &mut [T] {
        &mut self.slots[place as usize]
    }

    /// Statistics per step made those of all steps: each step's become the mean over the steps, which is what a
    /// population shared over time would hold. Variances are averaged as they are, without that of the means.
    #[must_use]
    pub fn shared_over_time(&self, cell: &Cell<T>) -> Self {
        let mut shared = self.clone();
        for (place, slot) in cell.slots() {
            let Statistics::PerStep { t_max } = slot.statistics else { continue };
            let stored = shared.get_mut(place);
            let one = stored.len() / t_max;
            for i in 0..one {
                let mean = stored[i..].iter().step_by(one).map(|v| v.to_f64()).sum::<f64>() / t_max as f64;
                stored[i..].iter_mut().step_by(one).for_each(|v| *v = T::lit(mean));
            }
        }
        shared
    }

    /// Says that the weights have changed since the last pass: methods that stream begin their short averages anew. It is
    /// never inferred.
    pub fn after_update(&mut self, cell: &Cell<T>, units: usize) {
        for (place, slot) in cell.slots().filter(|(_, s)| s.statistics == Statistics::Shared) {
            let Some(layout) = cell.layout(place, 1, units) else { continue };
            let mut norm = slot.norm_state(layout.channels());
            if norm.load(self.get(place)).is_ok() {
                norm.after_update();
                self.get_mut(place).copy_from_slice(&norm.stored());
            }
        }
    }

    pub(crate) fn check(&self, cell: &Cell<T>, units: usize) -> Result<(), Error> {
        for place in Place::ALL {
            let layout = cell.layout(place, 1, units);
            let expected = cell
                .slot(place)
                .zip(layout)
                .map_or(0, |(s, l)| s.stores() * s.norm_state(l.channels()).stored().len());
            let got = self.get(place).len();
            if got != expected {
                return Err(Error::State { place, expected, got });
            }
        }
        Ok(())
    }
}

/// Which statistics a pass uses, and who takes them in.
#[derive(Debug)]
#[non_exhaustive]
pub enum Mode<'a, T> {
    /// Statistics of this batch, which the state takes in.
    Train(&'a mut State<T>),
    /// Stored statistics: running averages, or those of a [`Population`].
    Eval(&'a State<T>),
    /// Statistics of this batch, as in training; nothing is stored.
    EvalBatch,
    /// Statistics of this batch, which the population takes in.
    Estimate(&'a mut Population<T>),
}

impl<T: Elem> Mode<'_, T> {
    /// Whether statistics are those of the batch.
    pub(crate) fn is_of_batch(&self) -> bool {
        !matches!(self, Self::Eval(_))
    }
    /// Whether something takes the statistics in.
    pub(crate) fn stores(&self) -> bool {
        matches!(self, Self::Train(_) | Self::Estimate(_))
    }
    pub(crate) fn check(&self, cell: &Cell<T>, units: usize) -> Result<(), Error> {
        match self {
            Self::Train(state) => state.check(cell, units),
            Self::Eval(state) => state.check(cell, units),
            Self::EvalBatch => Ok(()),
            Self::Estimate(population) => population.check(cell, units),
        }
    }
}
