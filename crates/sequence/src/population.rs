//! Statistics for evaluation, estimated anew: the plain average over many batches of what each had
//! (cooijmans2017recurrent), in place of the running average that training left.

use norm_core::Elem;
use norm_core::policy::Stored;

use crate::cell::Cell;
use crate::error::Error;
use crate::slot::{Place, Slot};
use crate::state::State;

/// Sums of the statistics of the batches seen so far. A pass in [`crate::Mode::Estimate`] adds one. A slot whose store has a
/// part in each use has the store that training would leave, begun anew.
#[derive(Clone, Debug, PartialEq)]
pub struct Population<T> {
    /// Lies as the state does, in double precision.
    sums: [Vec<f64>; Place::ALL.len()],
    /// Batches in each element's sum: a step at which every case is padded adds nothing.
    counts: [Vec<u32>; Place::ALL.len()],
    pub(crate) empty: State<T>,
}

impl<T: Elem> Population<T> {
    /// Nothing seen yet.
    pub fn new(cell: &Cell<T>, units: usize) -> Self {
        let empty = State::new(cell, units);
        // Of a slot whose store has a part in each use, the store itself takes the batches in.
        let averaged = |place: Place| cell.slot(place).is_some_and(|s| !s.keeps_state());
        let len = |place: Place| if averaged(place) { empty.get(place).len() } else { 0 };
        Self {
            sums: Place::ALL.map(|p| vec![0.0; len(p)]),
            counts: Place::ALL.map(|p| vec![0; len(p)]),
            empty,
        }
    }

    /// Adds a batch's statistics of a slot, stored from element `from` on. An empty batch adds nothing, nor does one with
    /// a statistic that is not finite, which the pass refuses unless its values were not finite either. Where the slot
    /// stores unbiased variances, each is corrected by its own batch, and one of a single element is left out.
    pub(crate) fn add(&mut self, place: Place, slot: &Slot<T>, from: usize, stats: &[T], pooled: usize) {
        if pooled == 0 || stats.iter().any(|v| !v.to_f64().is_finite()) {
            return;
        }
        let specs = slot.kernel.descriptor.statistics;
        let channels = stats.len() / specs.len();
        let sums = self.sums[place as usize][from..].chunks_exact_mut(channels);
        let counts = self.counts[place as usize][from..].chunks_exact_mut(channels);
        for (((spec, now), sums), counts) in
            specs.iter().zip(stats.chunks_exact(channels)).zip(sums).zip(counts)
        {
            let correction = match (slot.running.stored, spec.is_variance) {
                (Stored::Unbiased, true) if pooled == 1 => continue,
                (Stored::Unbiased, true) => pooled as f64 / (pooled - 1) as f64,
                _ => 1.0,
            };
            for ((sum, count), v) in sums.iter_mut().zip(counts).zip(now) {
                *sum += v.to_f64() * correction;
                *count += 1;
            }
        }
    }

    /// The averages. What no batch had is as in [`State::new`].
    pub fn finish(&self) -> State<T> {
        let mut state = self.empty.clone();
        for place in Place::ALL {
            let (sums, counts) = (&self.sums[place as usize], &self.counts[place as usize]);
            for ((v, sum), count) in state.get_mut(place).iter_mut().zip(sums).zip(counts) {
                if *count > 0 {
                    *v = T::lit(sum / f64::from(*count));
                }
            }
        }
        state
    }

    pub(crate) fn check(&self, cell: &Cell<T>, units: usize) -> Result<(), Error> {
        self.empty.check(cell, units)
    }
}
