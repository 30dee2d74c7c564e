//! What a pass hands to the state or to the population: the statistics of every step, once all steps are done, so that
//! a pass that is refused at any step leaves them as they were.

use norm_core::{Call, Elem, Layout, policy};

use crate::cell::Cell;
use crate::error::Error;
use crate::forward::at;
use crate::pass::Inputs;
use crate::slot::{Place, Ready, Slot, Statistics};
use crate::state::{Mode, State};
use crate::stored_slot::{Working, keep, refused};

/// The refusal of a slot's statistic: element `i` of its `[statistics][channels]` at step `t`.
fn refusal<T: Elem>(place: Place, slot: &Slot<T>, channels: usize, t: usize, i: usize, got: T) -> Error {
    Error::NotStored {
        place,
        statistic: slot.kernel.descriptor.statistics[i / channels].stored_name(),
        step: matches!(slot.statistics, Statistics::PerStep { .. }).then_some(t),
        channel: i % channels,
        got: got.to_f64(),
        single: size_of::<T>() < size_of::<f64>(),
    }
}

/// Refuses statistics without a finite value where every value that they pool has one. Where a value has none, neither
/// has the output, and nothing is stored of that step.
pub(crate) fn check<T: Elem>(
    slot: &Ready<'_, T>,
    layout: Layout,
    t: usize,
    x: &[T],
    mask: Option<&[bool]>,
    stats: &[T],
) -> Result<(), Error> {
    policy::check_stored(slot.slot.kernel.descriptor, stats, || policy::are_finite(&layout, x, mask))
        .map_err(refused(slot.place, slot.slot, t))
}

impl<T: Elem> Cell<T> {
    /// Hands the statistics of a pass to who takes them in, all of them or none.
    pub(crate) fn take_in(
        &self,
        inputs: &Inputs<'_, T>,
        mode: Mode<'_, T>,
        stats: &[Vec<T>; Place::ALL.len()],
        working: &Working<T>,
    ) -> Result<(), Error> {
        match mode {
            Mode::Train(state) => {
                let mut next = state.clone();
                keep(working, &mut next);
                self.each_stored(inputs, stats, |place, slot, from, now, pooled| {
                    let stored = &mut next.get_mut(place)[from..from + now.len()];
                    slot.running.update(slot.kernel.descriptor, now, pooled, stored);
                });
                self.check_next(inputs, state, &next)?;
                *state = next;
            }
            Mode::Estimate(population) => {
                let mut next = population.clone();
                keep(working, &mut next.empty);
                self.each_stored(inputs, stats, |place, slot, from, now, pooled| {
                    next.add(place, slot, from, now, pooled);
                });
                self.check_next(inputs, &population.finish(), &next.finish())?;
                *population = next;
            }
            Mode::EvalBatch | Mode::Eval(_) => {}
        }
        Ok(())
    }

    /// Each statistic that is stored: its slot, where it lies in the state, itself and how many elements it pooled.
    fn each_stored(
        &self,
        inputs: &Inputs<'_, T>,
        stats: &[Vec<T>; Place::ALL.len()],
        mut f: impl FnMut(Place, &Slot<T>, usize, &[T], usize),
    ) {
        let s = inputs.sizes;
        for (place, slot) in self.slots().filter(|(_, slot)| !slot.keeps_state()) {
            let (steps, cases) = match slot.statistics {
                Statistics::Instant | Statistics::Shared => continue,
                Statistics::BatchTime => (1, s.steps * s.cases),
                Statistics::PerStep { t_max } => (s.steps.min(t_max), s.cases),
            };
            let layout = slot.layout(place, self.kind(), cases, s.units);
            let one = slot.kernel.statistics_len(&layout);
            for t in 0..steps {
                let mask = inputs.mask.map(|m| &m[at(t, cases)]);
                // How many elements count follows from sizes and mask.
                let call = Call { layout, x: &[], params: &[], consts: &[], mask };
                let now = &stats[place as usize][at(t, one)];
                f(place, slot, t * one, now, slot.kernel.pooled(&call));
            }
        }
    }

    /// Refuses what would leave the range of the element type on its way into the store: an unbiased variance is larger
    /// than that of the batch.
    fn check_next(&self, inputs: &Inputs<'_, T>, now: &State<T>, next: &State<T>) -> Result<(), Error> {
        for (place, slot) in self.slots().filter(|(_, slot)| !slot.keeps_state()) {
            let Some(layout) = self.layout(place, 1, inputs.sizes.units) else { continue };
            let one = slot.kernel.descriptor.statistics.len() * layout.channels();
            let mut pairs = now.get(place).iter().zip(next.get(place));
            let left = |(now, next): (&T, &T)| now.to_f64().is_finite() && !next.to_f64().is_finite();
            if let Some(at) = pairs.position(left) {
                let got = next.get(place)[at];
                return Err(refusal(place, slot, layout.channels(), at / one, at % one, got));
            }
        }
        Ok(())
    }
}
