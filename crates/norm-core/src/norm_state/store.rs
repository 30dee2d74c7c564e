//! What is stored, as plain values under names.

use crate::descriptor::{Descriptor, Statistic};
use crate::error::Error;
use crate::policy::{self, Running};
use crate::streaming::{self, Scalar, Streaming};
use crate::value::Elem;

/// What becomes of a statistic of ordinary values that is no number in its element type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unstorable {
    /// The use is refused by name, and what is stored is as it was.
    Refuse,
    /// It is left out of what is stored, for who has no way to hear of it.
    LeaveOut,
}

/// Averages of the statistics, and states of controls.
#[derive(Clone, Debug, PartialEq)]
pub struct Averages<T> {
    /// How a batch is taken in.
    pub running: Running,
    /// The averages, `[statistics][sets]`.
    pub values: Vec<T>,
    /// The states, one value for each set.
    pub controls: Vec<Vec<T>>,
}

impl<T: Elem> Averages<T> {
    /// As they are before any batch, of so many sets.
    pub fn new(d: &Descriptor, running: Running, sets: usize) -> Self {
        let controls = d.plan.controls().into_iter().map(|_| vec![T::default(); sets]).collect();
        Self { running, values: Running::initial(d, sets), controls }
    }

    /// Takes in statistics, `[statistics][sets]`, of so many elements each. `pooled_are_finite` is as
    /// [`policy::check_stored`] takes it.
    ///
    /// # Errors
    ///
    /// [`Error::NotStored`] where that is asked for, and [`Error::Setting`] for a rate outside [0, 1]; the averages are as they
    /// were then.
    pub fn take_in(
        &mut self,
        d: &Descriptor,
        statistics: &[T],
        pooled: usize,
        unstorable: Unstorable,
        pooled_are_finite: impl Fn() -> bool,
    ) -> Result<(), Error> {
        self.running.check()?;
        if unstorable == Unstorable::Refuse {
            policy::check_stored(d, statistics, &pooled_are_finite)?;
        }
        let mut values = self.values.clone();
        self.running.update(d, statistics, pooled, &mut values);
        self.put(d, values, unstorable, pooled_are_finite)
    }

    /// Puts averages that a batch has moved. One that was no number before is not of this batch's making.
    pub(super) fn put(
        &mut self,
        d: &Descriptor,
        values: Vec<T>,
        unstorable: Unstorable,
        pooled_are_finite: impl FnOnce() -> bool,
    ) -> Result<(), Error> {
        let was = self.values.iter().map(|v| v.to_f64().is_finite());
        let new: Vec<T> =
            values.iter().zip(was).map(|(v, was)| if was { *v } else { T::default() }).collect();
        match policy::check_stored(d, &new, pooled_are_finite) {
            Ok(()) => self.values = values,
            Err(refused) if unstorable == Unstorable::Refuse => return Err(refused),
            Err(_) => {}
        }
        Ok(())
    }

    /// Lets the states of controls grow.
    pub fn grow(&mut self, by: &[Vec<T>]) {
        for (state, by) in self.controls.iter_mut().flatten().zip(by.iter().flatten()) {
            *state = *state + *by;
        }
    }
}

/// What is stored.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Store<T> {
    /// Nothing.
    Nothing,
    /// One average of each statistic.
    Averages(Averages<T>),
    /// Two averages of each statistic and of the gradient at it.
    Streamed { settings: Streaming, store: Box<streaming::Store<T>> },
}

impl<T: Elem> Store<T> {
    /// Names, a value for each set.
    pub(super) fn names(&self, d: &Descriptor) -> Vec<String> {
        match self {
            Self::Nothing => Vec::new(),
            Self::Averages(_) => {
                let statistics = d.statistics.iter().map(Statistic::stored_name);
                statistics.chain(d.plan.controls().into_iter().map(|c| c.name.to_owned())).collect()
            }
            Self::Streamed { .. } => {
                let scalars = Scalar::ALL.iter().map(|s| s.name().to_owned());
                streaming::names(d).into_iter().chain(scalars).collect()
            }
        }
    }

    /// What is stored under them.
    pub(super) fn values(&self, sets: usize) -> Vec<T> {
        match self {
            Self::Nothing => Vec::new(),
            Self::Averages(Averages { values, controls, .. }) => {
                values.iter().chain(controls.iter().flatten()).copied().collect()
            }
            Self::Streamed { store, .. } => {
                let scalars =
                    Scalar::ALL.iter().flat_map(|s| std::iter::repeat_n(T::lit(store.scalar(*s)), sets));
                store.averages().flatten().copied().chain(scalars).collect()
            }
        }
    }

    /// Loads as many.
    pub(super) fn load(&mut self, stored: &[T], sets: usize) {
        let mut planes = stored.chunks_exact(sets.max(1));
        match self {
            Self::Nothing => {}
            Self::Averages(Averages { values, controls, .. }) => {
                let (first, rest) = stored.split_at(values.len());
                values.copy_from_slice(first);
                for (to, from) in controls.iter_mut().flatten().zip(rest) {
                    *to = *from;
                }
            }
            Self::Streamed { store, .. } => {
                for (to, from) in store.averages_mut().zip(planes.by_ref()) {
                    to.copy_from_slice(from);
                }
                for (scalar, from) in Scalar::ALL.into_iter().zip(planes) {
                    store.set_scalar(scalar, from[0].to_f64());
                }
            }
        }
    }
}
