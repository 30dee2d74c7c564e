//! What streaming stores, over plain slices with names.

use crate::descriptor::Descriptor;
use crate::error::Error;
use crate::kernel::Kernel;
use crate::layout::Layout;
use crate::value::Elem;

/// One half of a store: averages of the statistics, or of the gradients at them, `[statistics][sets]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Half<T> {
    sets: usize,
    short: Vec<T>,
    /// How many values the short average is of.
    count: f64,
    long: Vec<T>,
    filled: bool,
}

impl<T: Elem> Half<T> {
    /// A half that has seen nothing, for the statistics of so many sets.
    pub fn new(d: &Descriptor, sets: usize) -> Self {
        let nothing = vec![T::default(); d.statistics.len() * sets];
        Self { sets, short: nothing.clone(), count: 0.0, long: nothing, filled: false }
    }

    /// The mean of the values since the last update, `[statistics][sets]`; zeros where there were none.
    pub fn short(&self) -> &[T] {
        &self.short
    }

    /// How many values that are.
    pub fn count(&self) -> f64 {
        self.count
    }

    /// The average over all updates, `[statistics][sets]`, if there was one.
    pub fn long(&self) -> Option<&[T]> {
        self.filled.then_some(&self.long)
    }

    /// Whether it has seen nothing.
    pub fn is_empty(&self) -> bool {
        self.count == 0.0 && !self.filled
    }

    /// Takes one value of each statistic of each set into the short average, `[statistics][sets]`. Says whether it did:
    /// values that are not finite, or of another number, leave it as it was.
    pub fn push(&mut self, current: &[T]) -> bool {
        if current.len() != self.short.len() || current.iter().any(|v| !v.to_f64().is_finite()) {
            return false;
        }
        let (n, next) = (T::lit(self.count), T::lit(self.count + 1.0));
        for (short, v) in self.short.iter_mut().zip(current) {
            *short = (*short * n + *v) / next;
        }
        self.count += 1.0;
        true
    }

    /// The short average goes into the long one, which it is where there was none, and begins anew.
    fn flush(&mut self, kappa: f64) {
        if self.count == 0.0 {
            return;
        }
        let (keep, take) = (T::lit(kappa), T::lit(1.0 - kappa));
        for (long, short) in self.long.iter_mut().zip(&mut self.short) {
            *long = if self.filled { *long * keep + *short * take } else { *short };
            *short = T::default();
        }
        self.count = 0.0;
        self.filled = true;
    }

    /// The mixture; an average that is missing is stood in for by the other.
    pub(super) fn mix(&self, long: f64, short: f64) -> Vec<T> {
        let longs = if self.filled { &self.long } else { &self.short };
        let shorts = if self.count > 0.0 { &self.short } else { longs };
        let whole = long + short == 1.0;
        let (long, short) = (T::lit(long), T::lit(short));
        // Two weights of one whole: so equal averages mix to themselves, and a difference to them vanishes where it should.
        let mixed = |l: T, s: T| if whole { s + (l - s) * long } else { l * long + s * short };
        longs.iter().zip(shorts).map(|(l, s)| mixed(*l, *s)).collect()
    }

    pub(super) fn check(&self, kernel: &Kernel<T>, layout: &Layout) -> Result<(), Error> {
        let (method, expected) = (kernel.descriptor.id, kernel.statistics_len(layout));
        if self.short.len() == expected && self.sets == kernel.sets(layout) {
            return Ok(());
        }
        Err(Error::Length { method, what: "store".to_owned(), expected, got: self.short.len() })
    }
}

/// A number of a store, as it is saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// How many values the short averages of the statistics are of.
    ShortCount,
    /// 1 where the statistics have long averages, else 0.
    LongFilled,
    /// How many values the short averages of the gradients are of.
    GshortCount,
    /// 1 where the gradients have long averages, else 0.
    GlongFilled,
    /// 1 where the weights have changed since the last use, so that the next one flushes, else 0.
    Updated,
}

impl Scalar {
    /// Every value.
    pub const ALL: [Self; 5] =
        [Self::ShortCount, Self::LongFilled, Self::GshortCount, Self::GlongFilled, Self::Updated];

    /// The name under which it is saved.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ShortCount => "short_count",
            Self::LongFilled => "long_filled",
            Self::GshortCount => "gshort_count",
            Self::GlongFilled => "glong_filled",
            Self::Updated => "updated",
        }
    }
}

/// The names of a store's averages, as they are saved: `short.<statistic>`, `long.<statistic>`, `gshort.<statistic>` and
/// `glong.<statistic>`, statistics under their plain names.
pub fn names(d: &Descriptor) -> Vec<String> {
    let kinds = ["short", "long", "gshort", "glong"].into_iter();
    kinds.flat_map(|k| d.statistics.iter().map(move |s| format!("{k}.{}", s.plain_name()))).collect()
}

/// What one layer stores, for all uses of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Store<T> {
    /// Of the statistics.
    pub statistics: Half<T>,
    /// Of the gradients at them.
    pub gradients: Half<T>,
    updated: bool,
}

impl<T: Elem> Store<T> {
    /// A store that has seen nothing, for the statistics of so many sets ([`Kernel::sets`]).
    pub fn new(d: &Descriptor, sets: usize) -> Self {
        Self { statistics: Half::new(d, sets), gradients: Half::new(d, sets), updated: false }
    }

    /// Of how many sets.
    pub fn sets(&self) -> usize {
        self.statistics.sets
    }

    /// Says that the weights have changed: the next use in training begins the short averages anew.
    pub fn after_update(&mut self) {
        self.updated = true;
    }

    /// Forgets the gradients: after a jump of the learning rate or of the loss's scale they speak of another loss.
    pub fn forget_gradients(&mut self) {
        let g = &mut self.gradients;
        g.short.fill(T::default());
        g.long.fill(T::default());
        (g.count, g.filled) = (0.0, false);
    }

    pub(super) fn flush(&mut self, kappa: f64) {
        if std::mem::take(&mut self.updated) {
            self.statistics.flush(kappa);
            self.gradients.flush(kappa);
        }
    }

    pub(super) fn check(&self, kernel: &Kernel<T>, layout: &Layout) -> Result<(), Error> {
        self.statistics.check(kernel, layout)?;
        self.gradients.check(kernel, layout)
    }

    /// The averages in the order of [`names`], one value per set each.
    pub fn averages(&self) -> impl Iterator<Item = &[T]> {
        let (s, g) = (&self.statistics, &self.gradients);
        [&s.short, &s.long, &g.short, &g.long].into_iter().flat_map(|v| v.chunks_exact(s.sets.max(1)))
    }

    /// The averages, to be loaded.
    pub fn averages_mut(&mut self) -> impl Iterator<Item = &mut [T]> {
        let sets = self.statistics.sets.max(1);
        let (s, g) = (&mut self.statistics, &mut self.gradients);
        let all = [&mut s.short, &mut s.long, &mut g.short, &mut g.long];
        all.into_iter().flat_map(move |v| v.chunks_exact_mut(sets))
    }

    /// A number of the store.
    pub fn scalar(&self, which: Scalar) -> f64 {
        let flag = |on: bool| if on { 1.0 } else { 0.0 };
        match which {
            Scalar::ShortCount => self.statistics.count,
            Scalar::LongFilled => flag(self.statistics.filled),
            Scalar::GshortCount => self.gradients.count,
            Scalar::GlongFilled => flag(self.gradients.filled),
            Scalar::Updated => flag(self.updated),
        }
    }

    /// Loads a number of the store.
    pub fn set_scalar(&mut self, which: Scalar, to: f64) {
        match which {
            Scalar::ShortCount => self.statistics.count = to.max(0.0).round(),
            Scalar::LongFilled => self.statistics.filled = to != 0.0,
            Scalar::GshortCount => self.gradients.count = to.max(0.0).round(),
            Scalar::GlongFilled => self.gradients.filled = to != 0.0,
            Scalar::Updated => self.updated = to != 0.0,
        }
    }
}
