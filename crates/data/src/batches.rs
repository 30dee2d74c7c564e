//! Mini-batches in a seeded order.

use crate::{DataError, Result, random};

/// What happens to the cases that do not fill the last batch of an epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastBatch {
    /// They are left out of this epoch (the next one shuffles anew). For training: every step
    /// then sees the same batch size, which matters wherever statistics pool over the batch.
    Drop,
    /// They make a smaller batch. For evaluation: every case counts once.
    Keep,
}

/// Batches over a part of a data set.
///
/// The order is a function of the cases, the seed and the epoch, and of nothing else: two
/// methods trained with one seed see the same cases in the same order, and any epoch can be
/// asked for directly, so a resumed run continues where it stopped. The batch size only
/// cuts that order into pieces.
#[derive(Clone, Debug)]
pub struct Batches {
    cases: Vec<usize>,
    batch: usize,
    last: LastBatch,
    seed: u64,
}

impl Batches {
    /// Batches of `batch` cases.
    ///
    /// # Errors
    /// [`DataError::BatchSize`] if `batch` is zero, or larger than the number of cases.
    pub fn new(cases: &[usize], batch: usize, last: LastBatch, seed: u64) -> Result<Self> {
        if batch == 0 || batch > cases.len() {
            return Err(DataError::BatchSize { batch, cases: cases.len() });
        }
        Ok(Self { cases: cases.to_vec(), batch, last, seed })
    }

    /// Batches in one epoch.
    pub fn per_epoch(&self) -> usize {
        match self.last {
            LastBatch::Drop => self.cases.len() / self.batch,
            LastBatch::Keep => self.cases.len().div_ceil(self.batch),
        }
    }

    /// The batches of one epoch, shuffled.
    pub fn epoch(&self, epoch: u64) -> Epoch {
        let mut order = self.cases.clone();
        random::shuffle(&mut random::stream(self.seed, epoch), &mut order);
        self.cut(order)
    }

    /// The batches in the order the cases were given, the same in every epoch.
    pub fn in_order(&self) -> Epoch {
        self.cut(self.cases.clone())
    }

    fn cut(&self, mut order: Vec<usize>) -> Epoch {
        if self.last == LastBatch::Drop {
            order.truncate(self.per_epoch() * self.batch);
        }
        Epoch { order, batch: self.batch, next: 0 }
    }
}

/// One pass over the cases; yields the indices of each batch.
#[derive(Clone, Debug)]
pub struct Epoch {
    order: Vec<usize>,
    batch: usize,
    next: usize,
}

impl Iterator for Epoch {
    type Item = Vec<usize>;

    fn next(&mut self) -> Option<Vec<usize>> {
        let end = (self.next + self.batch).min(self.order.len());
        let batch = self.order[self.next..end].to_vec();
        self.next = end;
        (!batch.is_empty()).then_some(batch)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = (self.order.len() - self.next).div_ceil(self.batch);
        (left, Some(left))
    }
}

impl ExactSizeIterator for Epoch {}

/// Refuses a batch with a case that a set of `total` cases does not have.
pub(crate) fn check_cases(batch: &[usize], total: usize) -> Result<()> {
    match batch.iter().find(|&&index| index >= total) {
        Some(&index) => Err(DataError::NoSuchCase { index, cases: total }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cases() -> Vec<usize> {
        (100..123).collect()
    }

    #[test]
    fn an_epoch_visits_each_case_once() {
        let keep = Batches::new(&cases(), 5, LastBatch::Keep, 1).unwrap();
        let batches: Vec<_> = keep.epoch(0).collect();
        assert_eq!(batches.iter().map(Vec::len).collect::<Vec<_>>(), [5, 5, 5, 5, 3]);
        let mut seen = batches.concat();
        assert_ne!(seen, cases());
        seen.sort_unstable();
        assert_eq!(seen, cases());
        assert_eq!(keep.per_epoch(), 5);
        assert_eq!(keep.epoch(0).len(), 5);
        assert_eq!(keep.in_order().flatten().collect::<Vec<_>>(), cases());
    }

    #[test]
    fn drop_leaves_the_remainder_out() {
        let drop = Batches::new(&cases(), 5, LastBatch::Drop, 1).unwrap();
        assert!(drop.epoch(3).all(|b| b.len() == 5));
        assert_eq!(drop.epoch(3).count(), 4);
        assert_eq!(drop.per_epoch(), 4);
    }

    #[test]
    fn the_order_depends_on_seed_and_epoch_only() {
        let order = |batch, seed, epoch| -> Vec<usize> {
            Batches::new(&cases(), batch, LastBatch::Keep, seed).unwrap().epoch(epoch).flatten().collect()
        };
        assert_eq!(order(5, 1, 2), order(5, 1, 2));
        assert_eq!(order(5, 1, 2), order(4, 1, 2));
        assert_ne!(order(5, 1, 2), order(5, 1, 3));
        assert_ne!(order(5, 1, 2), order(5, 2, 2));
    }

    /// Records name the seed only, so the order it stands for may never change.
    #[test]
    fn the_order_is_pinned() {
        let batches = Batches::new(&cases(), 5, LastBatch::Drop, 1).unwrap();
        assert_eq!(batches.epoch(2).next().unwrap(), [121, 118, 112, 114, 115]);
    }

    #[test]
    fn batch_sizes_without_a_batch_are_refused() {
        for batch in [0, 24] {
            assert!(matches!(
                Batches::new(&cases(), batch, LastBatch::Drop, 1),
                Err(DataError::BatchSize { cases: 23, .. })
            ));
        }
        assert!(Batches::new(&[], 1, LastBatch::Keep, 1).is_err());
    }
}
