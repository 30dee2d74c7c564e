//! The judge of a method that streams: its uses one after the other, in plain `f64` loops.

use super::reference::{ReferenceBackward, ReferenceCall};
use crate::streaming::{Half, Scalar, Store, Streaming};

/// One half of what is stored, `[statistics][sets]` each.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamedHalf {
    /// The mean of the values since the last update.
    pub short: Vec<Vec<f64>>,
    /// How many values that are.
    pub count: f64,
    /// The average over all updates, if there was one.
    pub long: Option<Vec<Vec<f64>>>,
}

/// What is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamedState {
    /// Of the statistics.
    pub statistics: StreamedHalf,
    /// Of the gradients at them.
    pub gradients: StreamedHalf,
    /// Whether the weights have changed since the last use.
    pub updated: bool,
}

impl StreamedHalf {
    fn of(half: &Half<f64>, sets: usize) -> Self {
        let rows = |v: &[f64]| v.chunks(sets.max(1)).map(<[f64]>::to_vec).collect::<Vec<_>>();
        Self { short: rows(half.short()), count: half.count(), long: half.long().map(rows) }
    }
}

impl StreamedState {
    /// What a store of so many sets holds.
    pub fn of(store: &Store<f64>, sets: usize) -> Self {
        Self {
            statistics: StreamedHalf::of(&store.statistics, sets),
            gradients: StreamedHalf::of(&store.gradients, sets),
            updated: store.scalar(Scalar::Updated) != 0.0,
        }
    }

    /// Writes it to a store of the same sizes.
    pub fn write(&self, store: &mut Store<f64>) {
        let empty = |half: &StreamedHalf| half.short.iter().map(|v| vec![0.0; v.len()]).collect::<Vec<_>>();
        let halves = [&self.statistics, &self.gradients];
        let all = halves.map(|h| [h.short.clone(), h.long.clone().unwrap_or_else(|| empty(h))]);
        for (to, from) in store.averages_mut().zip(all.iter().flatten().flatten()) {
            to.copy_from_slice(from);
        }
        let flag = |on: bool| if on { 1.0 } else { 0.0 };
        store.set_scalar(Scalar::ShortCount, self.statistics.count);
        store.set_scalar(Scalar::LongFilled, flag(self.statistics.long.is_some()));
        store.set_scalar(Scalar::GshortCount, self.gradients.count);
        store.set_scalar(Scalar::GlongFilled, flag(self.gradients.long.is_some()));
        store.set_scalar(Scalar::Updated, flag(self.updated));
    }
}

/// Statistics or their gradients, `[statistics][sets]`.
pub type Planes = Vec<Vec<f64>>;

/// A method that streams, in plain loops. The statistics that a use was normalized by go from its forward to its
/// backward.
#[derive(Debug, Clone, Copy)]
pub struct StreamedReference {
    /// A use in training: the output, and the mixed statistics.
    pub forward: fn(&ReferenceCall<'_>, &Streaming, &mut StreamedState) -> (Vec<f64>, Planes),
    /// Its backward.
    pub backward:
        fn(&ReferenceCall<'_>, &[f64], &[Vec<f64>], &Streaming, &mut StreamedState) -> ReferenceBackward,
    /// In evaluation: the output, and the mixed statistics.
    pub evaluate: fn(&ReferenceCall<'_>, &Streaming, &StreamedState) -> (Vec<f64>, Planes),
    /// The gradients under statistics through which nothing flows.
    pub frozen: fn(&ReferenceCall<'_>, &[f64], &[Vec<f64>]) -> ReferenceBackward,
}
