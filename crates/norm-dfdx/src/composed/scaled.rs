//! The composed path where squares of the input are no numbers: played once for each power of two that some of the input is
//! multiplied by, see [`norm_core::scaling`]. All of it goes over the tape.

use dfdx::prelude::*;
use norm_core::scaling::{Shifts, times};
use norm_core::{Call as KernelCall, Elem, Skeleton};

use super::{Call, play_call};
use crate::error::Error;
use crate::fused::{Flat, Statistics};

/// The powers of two that an input needs. Its largest element is found on the device; the whole is looked at where that is
/// far from 1, or where small parts of it may matter.
pub(super) fn shifts<S: Shape, E: Dtype + Elem, D: Device<E>>(
    call: &Call<'_, E, D>,
    x: &Tensor<S, E, D>,
) -> Result<Option<Shifts>, D::Err> {
    if matches!(call.statistics, Statistics::Stored(_)) {
        // What was stored is no square of this input.
        return Ok(None);
    }
    let flat = |t: &Flat<E, D>| t.as_vec();
    if !Shifts::may_be_small::<E>(call.descriptor, call.consts) {
        let row = x.clone().try_reshape_like(&(x.shape().num_elements(),))?;
        let largest = row.try_abs()?.try_max::<Rank0, Axis<0>>()?.as_vec()[0];
        if !Shifts::is_far(largest) {
            return Ok(None);
        }
    }
    let (values, params) = (x.as_vec(), call.params.iter().map(flat).collect::<Vec<_>>());
    let params: Vec<&[E]> = params.iter().map(|p| &p[..]).collect();
    let (layout, consts) = (call.layout, call.consts);
    let call_ = KernelCall { layout, x: &values, params: &params, consts, mask: None };
    Ok(Shifts::of(call.descriptor, &call_))
}

/// A tensor times a power of two element by element; 0 where `on` says no.
fn scaled<S: Shape, E: Dtype + Elem, D: Device<E>, T: Tape<E, D>>(
    t: Tensor<S, E, D, T>,
    exponent: f64,
    on: impl Fn(usize) -> bool,
) -> Result<Tensor<S, E, D, T>, D::Err> {
    // In two factors: the whole power may be out of range while the product is not.
    let half = (exponent / 2.0).floor();
    let factor = |exponent: f64| -> Vec<E> {
        let by = times(<E as norm_core::Value>::lit(1.0), exponent);
        (0..t.shape().num_elements()).map(|i| if on(i) { by } else { E::default() }).collect()
    };
    let (first, second) = (factor(half), factor(exponent - half));
    let (device, shape) = (t.device().clone(), *t.shape());
    let first = device.try_tensor_from_vec(first, shape)?;
    let second = device.try_tensor_from_vec(second, shape)?;
    t.try_mul(first)?.try_mul(second)
}

/// Plays a call once for each factor and adds up the parts.
pub(super) fn normalize<S: Shape, E: Dtype + Elem, D: Device<E>, T: Tape<E, D>>(
    call: &Call<'_, E, D>,
    shifts: &Shifts,
    x: Tensor<S, E, D>,
    mut tape: T,
    mut found: Option<&mut Vec<E>>,
) -> Result<Tensor<S, E, D, T>, Error<D::Err>> {
    let device = |source| Error::Device { source };
    let d = call.descriptor;
    let kinds = d.statistics.len();
    let mut sum: Option<Tensor<S, E, D>> = None;
    let mut all: Vec<E> = Vec::new();
    for shift in shifts.each() {
        let entered = scaled(x.clone().put_tape(tape), shift.of_x(), |i| shift.holds(i)).map_err(device)?;
        let filler = (0..call.layout.len()).map(|i| shift.filler(i)).collect();
        let filler = x.device().try_tensor_from_vec(filler, *x.shape()).map_err(device)?;
        let (entered, on) = entered.try_add(filler).map_err(device)?.split_tape();
        tape = on;
        let mut params = Vec::with_capacity(call.params.len());
        for (i, p) in call.params.iter().enumerate() {
            let exponent = shift.of_input(i);
            if exponent == 0.0 {
                params.push(p.clone());
                continue;
            }
            let (p, on) = scaled(p.clone().put_tape(tape), exponent, |_| true).map_err(device)?.split_tape();
            tape = on;
            params.push(p);
        }
        let sets = d.reference_set.skeleton().sets(&call.layout);
        let rowwise = d.reference_set.skeleton() == Skeleton::Rowwise;
        let place = |at: usize| if rowwise { (at % kinds, at / kinds) } else { (at / sets, at % sets) };
        let consts = shift.consts(call.consts);
        let inner = Call {
            descriptor: d,
            layout: call.layout,
            params: &params,
            consts: &consts,
            statistics: Statistics::Current,
        };
        let mut used = Vec::new();
        let y = play_call(inner, entered.put_tape(tape), found.is_some().then_some(&mut used))?;
        if found.is_some() {
            all.resize(used.len(), E::default());
            for (at, v) in used.into_iter().enumerate() {
                let (kind, set) = place(at);
                if shift.holds_set(set) {
                    all[at] = times(v, -shift.of_statistic(kind));
                }
            }
        }
        let y = scaled(y, shift.of_y(), |i| shift.holds(i)).map_err(device)?;
        let (y, on) = match sum.take() {
            Some(sum) => y.try_add(sum).map_err(device)?.split_tape(),
            None => y.split_tape(),
        };
        (sum, tape) = (Some(y), on);
    }
    if let Some(found) = &mut found {
        found.clone_from(&all);
    }
    Ok(sum.unwrap_or(x).put_tape(tape))
}
