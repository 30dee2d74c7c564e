//! What a cell stores between training steps, and the two modes.

use norm_core::Elem;

use crate::cell::Cell;
use crate::error::Error;
use crate::slot::Place;

/// Running statistics of every slot that stores some. Per slot they lie as
/// [`norm_core::policy`] says, with a leading step axis for per-step statistics.
#[derive(Clone, Debug, PartialEq)]
pub struct State<T> {
    slots: [Vec<T>; Place::ALL.len()],
}

impl<T: Elem> State<T> {
    /// The state before any batch: variances 1, everything else 0.
    pub fn new(cell: &Cell<T>, units: usize) -> Self {
        let mut slots = std::array::from_fn(|_| Vec::new());
        for (place, slot) in cell.slots() {
            let channels = cell.layout(place, 1, units).map_or(0, |l| l.channels());
            let len = slot.state_len(channels);
            let one = norm_core::policy::Running::initial::<T>(slot.kernel.descriptor, channels);
            slots[place as usize] = one.into_iter().cycle().take(len).collect();
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

    pub(crate) fn check(&self, cell: &Cell<T>, units: usize) -> Result<(), Error> {
        for place in Place::ALL {
            let layout = cell.layout(place, 1, units);
            let expected = cell.slot(place).zip(layout).map_or(0, |(s, l)| s.state_len(l.channels()));
            let got = self.get(place).len();
            if got != expected {
                return Err(Error::State { place, expected, got });
            }
        }
        Ok(())
    }
}

/// Training or evaluation.
#[derive(Debug)]
pub enum Mode<'a, T> {
    /// Statistics of this batch, which the state takes in.
    Train(&'a mut State<T>),
    /// Stored statistics.
    Eval(&'a State<T>),
}

impl<T: Elem> Mode<'_, T> {
    pub(crate) fn state(&self) -> &State<T> {
        match self {
            Self::Train(s) => s,
            Self::Eval(s) => s,
        }
    }
    pub(crate) fn is_train(&self) -> bool {
        matches!(self, Self::Train(_))
    }
}
