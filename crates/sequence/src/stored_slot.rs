//! Slots whose store has a part in every use: one store for all steps, blocks of cases, gradients that are remembered, what
//! was stored before. Each use goes through a [`NormState`]; what a backward pass finds goes into the store at the next pass in
//! training on the same workspace.

use norm_core::{Elem, Feedback, Input, Isa, Layout, NormState, Saved};

use crate::cell::Cell;
use crate::error::Error;
use crate::slot::{Place, Ready, Slot, Statistics};
use crate::state::{Mode, State};
use crate::workspace::Workspace;

/// The stores of a pass, for each place one or one for each stored step, and what the uses have saved, step by step.
#[derive(Debug)]
pub(crate) struct Working<T: 'static> {
    pub(crate) stores: [Vec<NormState<T>>; Place::ALL.len()],
    saved: [Vec<Saved<T>>; Place::ALL.len()],
    /// What backward passes have found since the last pass in training: of which place and store.
    found: Vec<(Place, usize, Feedback<T>)>,
}

impl<T> Default for Working<T> {
    fn default() -> Self {
        Self {
            stores: std::array::from_fn(|_| Vec::new()),
            saved: std::array::from_fn(|_| Vec::new()),
            found: Vec::new(),
        }
    }
}

/// Writes the stores down.
pub(crate) fn keep<T: Elem>(working: &Working<T>, state: &mut State<T>) {
    for place in Place::ALL {
        let stores = &working.stores[place as usize];
        if !stores.is_empty() {
            let all: Vec<T> = stores.iter().flat_map(NormState::stored).collect();
            state.get_mut(place).copy_from_slice(&all);
        }
    }
}

/// Which store serves a step, and whether the step lies beyond the stored ones.
fn store_of<T: Elem>(slot: &Slot<T>, t: usize) -> (usize, bool) {
    match slot.statistics {
        Statistics::PerStep { t_max } => norm_core::policy::step(t, t_max),
        Statistics::Instant | Statistics::BatchTime | Statistics::Shared => (0, false),
    }
}

/// A refusal in a place.
pub(crate) fn refused<T: Elem>(
    place: Place,
    slot: &Slot<T>,
    t: usize,
) -> impl FnOnce(norm_core::Error) -> Error {
    let step = slot.statistics.are_by_step().then_some(t);
    move |source| match source {
        norm_core::Error::NotStored { statistic, channel, got, .. } => Error::NotStored {
            place,
            statistic,
            step,
            channel,
            got,
            single: size_of::<T>() < size_of::<f64>(),
        },
        source => Error::Kernel { place, source },
    }
}

impl<T: Elem> Cell<T> {
    /// Makes the stores of a pass.
    pub(crate) fn begin(&self, mode: &Mode<'_, T>, units: usize, working: &mut Working<T>) {
        let from: Option<&State<T>> = match mode {
            Mode::Train(state) => Some(state),
            Mode::Eval(state) => Some(state),
            Mode::Estimate(population) => Some(&population.empty),
            Mode::EvalBatch => None,
        };
        for place in Place::ALL {
            working.saved[place as usize].clear();
            working.stores[place as usize].clear();
        }
        for (place, slot) in self.slots().filter(|(_, slot)| slot.keeps_state()) {
            let channels = self.layout(place, 1, units).map_or(0, |l| l.channels());
            let stores = &mut working.stores[place as usize];
            stores.resize(slot.stores(), slot.norm_state(channels));
            if let Some(state) = from {
                let one = state.get(place).len() / slot.stores().max(1);
                for (store, stored) in stores.iter_mut().zip(state.get(place).chunks_exact(one.max(1))) {
                    // The pass has checked the lengths.
                    let _ = store.load(stored);
                }
            }
        }
        if matches!(mode, Mode::Train(_)) {
            for (place, store, found) in std::mem::take(&mut working.found) {
                if let Some(store) = working.stores[place as usize].get_mut(store) {
                    store.take_in(&found);
                }
            }
        }
    }
}

impl<T: Elem> Workspace<T> {
    /// Takes into the state what backward passes have found since the last pass in training, as the next one would: before
    /// a state is saved.
    ///
    /// # Errors
    ///
    /// [`Error::State`] for the state of another cell; it is as it was then.
    pub fn settle(&mut self, cell: &Cell<T>, units: usize, state: &mut State<T>) -> Result<(), Error> {
        state.check(cell, units)?;
        for (place, at, found) in std::mem::take(&mut self.working.found) {
            let Some((slot, layout)) = cell.slot(place).zip(cell.layout(place, 1, units)) else { continue };
            let mut store = slot.norm_state(layout.channels());
            let one = store.stored().len();
            let kept = &mut state.get_mut(place)[at * one..(at + 1) * one];
            store.load(kept).map_err(refused(place, slot, at))?;
            store.take_in(&found);
            kept.copy_from_slice(&store.stored());
        }
        Ok(())
    }
}

impl<T: Elem> Working<T> {
    /// What backward passes have found and no pass in training has taken in yet.
    pub(crate) fn append(&mut self, other: &mut Self) {
        self.found.append(&mut other.found);
    }

    /// A use at step `t`; says whether the step lies beyond the stored ones and was evaluated by the last of them.
    pub(crate) fn forward(
        &mut self,
        ready: &Ready<'_, T>,
        layout: Layout,
        t: usize,
        x: &[T],
        mask: Option<&[bool]>,
        mode: &Mode<'_, T>,
        y: &mut [T],
    ) -> Result<bool, Error> {
        let (place, slot, isa) = (ready.place, ready.slot, ready.isa);
        let input = Input { layout, x, params: &ready.params, mask };
        let (at, beyond) = store_of(slot, t);
        let store = &mut self.stores[place as usize][at];
        let done = match mode {
            Mode::Eval(_) => store.evaluate(isa, &input),
            // What lies beyond the stored steps, and a batch that nobody takes in, leave the store as it was.
            Mode::EvalBatch => store.clone().train(isa, &input),
            Mode::Train(_) | Mode::Estimate(_) if beyond => store.clone().train(isa, &input),
            Mode::Train(_) | Mode::Estimate(_) => store.train(isa, &input),
        };
        let (found, saved) = done.map_err(refused(place, slot, t))?;
        y.copy_from_slice(&found);
        self.saved[place as usize].push(saved);
        Ok(beyond && matches!(mode, Mode::Eval(_)))
    }

    /// The backward pass of the use at step `t`.
    pub(crate) fn backward(
        &mut self,
        ready: &Ready<'_, T>,
        isa: Isa,
        layout: Layout,
        t: usize,
        x: &[T],
        mask: Option<&[bool]>,
        dy: &[T],
        overwrite: bool,
        dx: &mut [T],
        dparams: &mut [&mut [T]],
    ) -> Result<(), Error> {
        let (place, slot) = (ready.place, ready.slot);
        let input = Input { layout, x, params: &ready.params, mask };
        let (at, beyond) = store_of(slot, t);
        let store = &mut self.stores[place as usize][at];
        let saved = &self.saved[place as usize][t];
        let found = store
            .backward(isa, &input, saved, dy, overwrite, dx, dparams)
            .map_err(refused(place, slot, t))?;
        if found != Feedback::Nothing && !beyond {
            store.take_in(&found);
            self.found.push((place, at, found));
        }
        Ok(())
    }
}
