//! What a skeleton is asked for: a forward with or without statistics, a backward whole or by halves.

use std::mem::MaybeUninit;

use crate::kernel::Rule;
use crate::value::Elem;

pub(crate) enum StatisticsArg<'a, T> {
    Find(&'a mut [T]),
    Given(&'a [T]),
}

pub(crate) enum BackwardPhase<'a, T> {
    Whole { dx: &'a mut [T], rule: Rule },
    Statistics { gradients: &'a mut [T], sums: &'a mut [T] },
    Inputs { dx: &'a mut [T], gradients: &'a [T], sums: &'a [T] },
}

pub(crate) struct BackwardArgs<'a, 'p, T> {
    pub(crate) dy: &'a [T],
    pub(crate) hat: &'a [T],
    pub(crate) current: &'a [T],
    pub(crate) dparams: Option<&'a mut [&'p mut [T]]>,
    pub(crate) overwrite: bool,
    pub(crate) phase: BackwardPhase<'a, T>,
}

/// A forward in which no case counts: there is no statistic to find, and every output is 0.
pub(crate) fn blank_forward<T: Elem>(stats: StatisticsArg<'_, T>, y: Option<&mut [MaybeUninit<T>]>) {
    if let StatisticsArg::Find(s) = stats {
        s.fill(T::default());
    }
    if let Some(y) = y {
        y.fill(MaybeUninit::new(T::default()));
    }
}

/// A backward in which no case counts: every gradient is 0.
pub(crate) fn blank_backward<T: Elem>(args: BackwardArgs<'_, '_, T>) {
    match args.phase {
        BackwardPhase::Whole { dx, .. } | BackwardPhase::Inputs { dx, .. } if args.overwrite => {
            dx.fill(T::default());
        }
        BackwardPhase::Whole { .. } | BackwardPhase::Inputs { .. } => {}
        BackwardPhase::Statistics { gradients, sums } => {
            gradients.fill(T::default());
            sums.fill(T::default());
        }
    }
}
