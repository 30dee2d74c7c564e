//! A kernel once more, for the units that need a factor.

use std::mem::MaybeUninit;

use super::{Degrees, Shift, Shifts, guarded, times};
use crate::descriptor::Descriptor;
use crate::isa::Isa;
use crate::kernel::{Call, Kernel, Rule};
use crate::phase::{BackwardArgs, BackwardPhase, StatisticsArg};
use crate::value::Elem;

/// Visits the statistics of the units of a factor: kind, index in the buffer.
fn of_units<T: Elem>(
    kernel: &Kernel<T>,
    call: &Call<'_, T>,
    shift: Shift<'_>,
    mut f: impl FnMut(usize, usize),
) {
    for set in 0..kernel.sets(&call.layout) {
        if shift.holds_set(set) {
            for kind in 0..kernel.descriptor.statistics.len() {
                f(kind, kernel.statistic_index(kind, set, &call.layout));
            }
        }
    }
}

/// The statistics of a moved call: its own, or those that were given.
fn statistics<T: Elem>(
    kernel: &Kernel<T>,
    isa: Isa,
    (call, moved): (&Call<'_, T>, &Call<'_, T>),
    shift: Shift<'_>,
    given: Option<&[T]>,
) -> Vec<T> {
    let mut stats = vec![T::default(); kernel.statistics_len(&call.layout)];
    kernel.run_statistics(isa, moved, &mut stats);
    if let Some(given) = given {
        of_units(kernel, call, shift, |kind, at| {
            stats[at] = guarded(given[at], shift.of_statistic(kind));
        });
    }
    stats
}

/// The forward of what needs a factor, over the output of the plain one.
#[inline(never)]
pub(crate) fn forward<T: Elem>(
    kernel: &Kernel<T>,
    isa: Isa,
    call: &Call<'_, T>,
    shifts: &Shifts,
    mut stats: StatisticsArg<'_, T>,
    mut y: Option<&mut [MaybeUninit<T>]>,
) {
    for shift in shifts.each().into_iter().filter(|shift| !shift.is_one()) {
        let moved = shift.enter(call);
        let params = moved.params();
        let inner = moved.call(call, &params);
        // Statistics of nothing but this call are found again: those that were given may have been out of range.
        let made = statistics(kernel, isa, (call, &inner), shift, None);
        if let StatisticsArg::Find(out) = &mut stats {
            of_units(kernel, call, shift, |kind, at| out[at] = times(made[at], -shift.of_statistic(kind)));
        }
        let Some(y) = &mut y else { continue };
        let mut part = vec![T::default(); y.len()];
        kernel.run_apply(isa, &inner, &made, &mut part);
        for (i, (out, v)) in y.iter_mut().zip(&part).enumerate() {
            if shift.holds(i) {
                *out = MaybeUninit::new(times(*v, shift.of_y()));
            }
        }
    }
}

/// Whether the statistics of a backward pass are the input's own.
fn are_own<T>(args: &BackwardArgs<'_, '_, T>) -> bool {
    std::ptr::eq(args.hat, args.current)
        && !matches!(args.phase, BackwardPhase::Whole { rule: Rule::Frozen, .. })
}

/// Whether a backward pass may be multiplied. A statistic that was stored is multiplied with the input, and one of degree 2 or
/// more would leave the range of numbers at the other end.
pub(crate) fn through_given<T: Elem>(
    d: &'static Descriptor,
    call: &Call<'_, T>,
    args: &BackwardArgs<'_, '_, T>,
) -> bool {
    let low = |degrees: &Degrees| degrees.statistics.iter().all(|degree| *degree <= 1.0);
    are_own(args) || !d.policy.averages() && Degrees::once(d, call.consts).as_deref().is_some_and(low)
}

/// One of the backward phases, for each factor over its own units.
#[inline(never)]
pub(crate) fn backward<T: Elem>(
    kernel: &Kernel<T>,
    isa: Isa,
    call: &Call<'_, T>,
    shifts: &Shifts,
    args: BackwardArgs<'_, '_, T>,
) {
    let own = are_own(&args);
    let BackwardArgs { dy, hat, current, mut dparams, overwrite, mut phase } = args;
    let sets = kernel.sets(&call.layout);
    let kinds_of_sums = kernel.sums_len(&call.layout).checked_div(sets).unwrap_or(0);
    for shift in shifts.each() {
        let moved = shift.enter(call);
        let params = moved.params();
        let inner = moved.call(call, &params);
        let find = |given: &[T]| statistics(kernel, isa, (call, &inner), shift, (!own).then_some(given));
        let hat = find(hat);
        let other = (!own).then(|| find(current));
        let up = shift.upstream(dy);
        let mut added: Vec<Vec<T>> =
            dparams.iter().flat_map(|d| d.iter()).map(|d| vec![T::default(); d.len()]).collect();
        let mut slots: Vec<&mut [T]> = added.iter_mut().map(|d| &mut d[..]).collect();
        let dparams_arg = dparams.is_some().then_some(&mut slots[..]);
        let mut made = vec![T::default(); call.x.len()];
        let mut gradients = vec![T::default(); kernel.statistics_len(&call.layout)];
        let mut sums = vec![T::default(); kernel.sums_len(&call.layout)];
        // A gradient at a statistic is one of the output over one of the statistic.
        let of_gradient = |kind: usize| shift.of_statistic(kind) + shift.of_y();
        let inner_phase = match &phase {
            BackwardPhase::Whole { rule, .. } => BackwardPhase::Whole { dx: &mut made, rule: *rule },
            BackwardPhase::Statistics { .. } => {
                BackwardPhase::Statistics { gradients: &mut gradients, sums: &mut sums }
            }
            BackwardPhase::Inputs { gradients: given, sums: given_sums, .. } => {
                of_units(kernel, call, shift, |kind, at| {
                    gradients[at] = times(given[at], -of_gradient(kind));
                });
                sums.copy_from_slice(given_sums);
                BackwardPhase::Inputs { dx: &mut made, gradients: &gradients, sums: &sums }
            }
        };
        let inner_args = BackwardArgs {
            dy: &up,
            hat: &hat,
            current: other.as_ref().unwrap_or(&hat),
            dparams: dparams_arg,
            overwrite: true,
            phase: inner_phase,
        };
        kernel.run_backward(isa, &inner, inner_args);
        for (i, (out, add)) in dparams.iter_mut().flat_map(|d| d.iter_mut()).zip(&added).enumerate() {
            let exponent = shift.of_input(i) + shift.of_y();
            for (out, add) in out.iter_mut().zip(add) {
                *out = *out + times(*add, exponent);
            }
        }
        match &mut phase {
            BackwardPhase::Whole { dx, .. } | BackwardPhase::Inputs { dx, .. } => {
                let exponent = shift.of_x() + shift.of_y();
                for (i, (out, v)) in dx.iter_mut().zip(&made).enumerate() {
                    if shift.holds(i) {
                        let v = times(*v, exponent);
                        *out = if overwrite { v } else { *out + v };
                    }
                }
            }
            BackwardPhase::Statistics { gradients: out, sums: out_sums } => {
                of_units(kernel, call, shift, |kind, at| out[at] = times(gradients[at], of_gradient(kind)));
                for set in (0..sets).filter(|set| shift.holds_set(*set)) {
                    for kind in 0..kinds_of_sums {
                        let at = kernel.set_index(kind, kinds_of_sums, set, &call.layout);
                        out_sums[at] = sums[at];
                    }
                }
            }
        }
    }
}
