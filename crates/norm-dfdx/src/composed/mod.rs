//! A normalization played operation by operation in dfdx, on any device: the unfused baseline, and a judge of
//! the derived gradient, because dfdx's own tape finds this one.

mod arithmetic;
mod control;
mod graph;
mod grid;
mod in_blocks;
mod mean;
mod on_cpu;
mod play;
mod scaled;
mod several;

use dfdx::prelude::*;
use norm_core::{
    Call as KernelCall, Descriptor, Elem, Error as KernelError, Layout, NormState, Skeleton, Unstorable,
    blocks,
};

use crate::error::Error;
use crate::fused::{Flat, Statistics};
use crate::mailbox::Mailbox;
use graph::Graph;
use grid::{Cases, Channelwise, Columns, Grid, Rows};
pub(crate) use in_blocks::{in_blocks, now};
pub use on_cpu::OnCpu;
use play::{Inputs, play};

/// Normalizes `x` as [`crate::fused::normalize`] does, by the plan of `descriptor`. The statistics that were
/// used go to `found`, if they are asked for, laid out as the kernels lay them out.
///
/// # Errors
///
/// [`Error::Kernel`] where lengths do not fit `layout`, [`Error::Operation`] where the plan has an operation
/// that is not known here, [`Error::Device`] where the device fails.
pub fn normalize<S: Shape, E: Dtype + Elem, D: Device<E>, T: Tape<E, D>>(
    descriptor: &'static Descriptor,
    layout: Layout,
    x: Tensor<S, E, D, T>,
    params: Vec<Flat<E, D, T>>,
    consts: &[f64],
    statistics: Statistics<'_, E>,
    found: Option<&mut Vec<E>>,
) -> Result<Tensor<S, E, D, T>, Error<D::Err>> {
    let lengths = params.iter().map(|p| p.shape().0).collect::<Vec<_>>();
    check::<E>(descriptor, &layout, x.shape().num_elements(), &lengths, consts)?;
    let (x, flat, tape) = apart(x, params);
    if layout.is_empty() {
        // Nothing comes out; but who asks for statistics or a gradient finds zeros.
        if let Some(found) = found {
            let sets = descriptor.reference_set.skeleton().sets(&layout);
            found.clear();
            match statistics {
                Statistics::Current => found.resize(sets * descriptor.statistics.len(), E::default()),
                Statistics::Stored(stored) => found.extend_from_slice(stored),
            }
        }
        return Ok(nothing(x, flat, tape));
    }
    let call = Call { descriptor, layout, params: &flat, consts, statistics };
    match scaled::shifts(&call, &x).map_err(|source| Error::Device { source })? {
        Some(shifts) => scaled::normalize(&call, &shifts, x, tape, found),
        None => play_call(call, x.put_tape(tape), found),
    }
}

/// Normalizes as in training, and moves what is stored, as [`crate::Path::train`] says.
pub(crate) fn train<S: Shape, E: Dtype + Elem, D: Device<E>, T: Tape<E, D>>(
    state: &mut NormState<E>,
    layout: Layout,
    x: Tensor<S, E, D, T>,
    params: Vec<Flat<E, D, T>>,
    mailbox: &Mailbox<E>,
    unstorable: Unstorable,
) -> Result<Tensor<S, E, D, T>, Error<D::Err>> {
    let (kernel, consts) = (*state.kernel(), state.consts().to_vec());
    let d = kernel.descriptor;
    if state.streamed().is_some() {
        return Err(Error::Streams { method: d.id });
    }
    let inputs = with_behind(state, x.device(), params)?;
    let Some(averages) = state.averages_mut() else {
        return normalize(d, layout, x, inputs, &consts, Statistics::Current, None);
    };
    if blocks::takes_blocks(d) {
        let params = inputs.into_iter().take(d.params.len()).collect();
        return in_blocks(d, averages, layout, x, params, &consts, mailbox, unstorable);
    }
    let (values, mut found) = (x.retaped::<NoneTape>(), Vec::new());
    let y = normalize(d, layout, x, inputs, &consts, Statistics::Current, Some(&mut found))?;
    let pooled = kernel.pooled(&KernelCall { layout, x: &[], params: &[], consts: &consts, mask: None });
    averages.take_in(d, &found, pooled, unstorable, || are_finite(&values.as_vec()))?;
    Ok(y)
}

/// Normalizes as in evaluation, as [`crate::Path::evaluate`] says.
pub(crate) fn evaluate<S: Shape, E: Dtype + Elem, D: Device<E>, T: Tape<E, D>>(
    state: &NormState<E>,
    layout: Layout,
    x: Tensor<S, E, D, T>,
    params: Vec<Flat<E, D, T>>,
) -> Result<Tensor<S, E, D, T>, Error<D::Err>> {
    let d = state.kernel().descriptor;
    if state.streamed().is_some() {
        return Err(Error::Streams { method: d.id });
    }
    let inputs = with_behind(state, x.device(), params)?;
    let statistics = state.averages().map_or(Statistics::Current, |a| Statistics::Stored(&a.values));
    normalize(d, layout, x, inputs, state.consts(), statistics, None)
}

fn are_finite<E: Elem>(values: &[E]) -> bool {
    values.iter().all(|v| v.to_f64().is_finite())
}

/// The inputs of a call in which nothing is controlled: the parameters, and what stands behind them.
fn with_behind<E: Dtype + Elem, D: Device<E>, T: Tape<E, D>>(
    state: &NormState<E>,
    device: &D,
    mut params: Vec<Flat<E, D, T>>,
) -> Result<Vec<Flat<E, D, T>>, Error<D::Err>> {
    for values in state.behind() {
        let length = (values.len(),);
        let input = device.try_tensor_from_vec(values, length).map_err(|source| Error::Device { source })?;
        params.push(input.retaped::<T>());
    }
    Ok(params)
}

/// Plays a call on the grid that its layout needs.
fn play_call<S: Shape, E: Dtype + Elem, D: Device<E>, T: Tape<E, D>>(
    call: Call<'_, E, D>,
    x: Tensor<S, E, D, T>,
    found: Option<&mut Vec<E>>,
) -> Result<Tensor<S, E, D, T>, Error<D::Err>> {
    let (d, l) = (call.descriptor, &call.layout);
    match (d.reference_set.skeleton(), grid::is_flat(d, l)) {
        (Skeleton::Rowwise, true) => call.on::<Rows, _, _>(x, found),
        (Skeleton::Rowwise, false) => call.on::<Cases, _, _>(x, found),
        (Skeleton::Channelwise, true) => call.on::<Columns, _, _>(x, found),
        (Skeleton::Channelwise, false) => call.on::<Channelwise, _, _>(x, found),
    }
}

/// An input and its parameters off their tapes, which are merged into one.
fn apart<S: Shape, E: Dtype, D: Device<E>, T: Tape<E, D>>(
    x: Tensor<S, E, D, T>,
    params: Vec<Flat<E, D, T>>,
) -> (Tensor<S, E, D>, Vec<Flat<E, D>>, T) {
    let (x, mut tape) = x.split_tape();
    let mut flat = Vec::with_capacity(params.len());
    for p in params {
        let (p, own) = p.split_tape();
        tape = tape.merge(own);
        flat.push(p);
    }
    (x, flat, tape)
}

/// The output for an input without elements, which is that input. dfdx reads the first element of whatever it is asked to
/// copy, so nothing of it may be asked for.
fn nothing<S: Shape, E: Dtype, D: Device<E>, T: Tape<E, D>>(
    x: Tensor<S, E, D>,
    params: Vec<Flat<E, D>>,
    mut tape: T,
) -> Tensor<S, E, D, T> {
    let input = x.clone();
    tape.add_backward_op(move |gradients| {
        params.iter().try_for_each(|p| gradients.try_alloc_for(p))?;
        gradients.try_alloc_for(&input)
    });
    x.put_tape(tape)
}

fn length(d: &Descriptor, what: &str, expected: usize, got: usize) -> Result<(), KernelError> {
    if expected == got {
        return Ok(());
    }
    Err(KernelError::Length { method: d.id, what: what.into(), expected, got })
}

fn check<E: Elem>(
    d: &Descriptor,
    l: &Layout,
    len: usize,
    params: &[usize],
    consts: &[f64],
) -> Result<(), KernelError> {
    length(d, "x", l.len(), len)?;
    let names = d.input_names();
    if names.len() != params.len() {
        let (expected, got, names) = (names.len(), params.len(), names.join(", "));
        return Err(KernelError::Count { method: d.id, what: "parameters", expected, got, names });
    }
    for ((name, axis), &got) in names.iter().zip(d.input_axes()).zip(params) {
        length(d, name, axis.len(l), got)?;
    }
    d.check_consts::<E>(consts)?;
    d.plan.check_windows(d, l, consts)
}

/// One call, before it is known how its elements are laid out.
struct Call<'a, E: Dtype, D: Device<E>> {
    descriptor: &'static Descriptor,
    layout: Layout,
    params: &'a [Flat<E, D>],
    consts: &'a [f64],
    statistics: Statistics<'a, E>,
}

impl<E: Dtype + Elem, D: Device<E>> Call<'_, E, D> {
    fn on<G: Grid, S: Shape, T: Tape<E, D>>(
        self,
        x: Tensor<S, E, D, T>,
        found: Option<&mut Vec<E>>,
    ) -> Result<Tensor<S, E, D, T>, Error<D::Err>> {
        let device = |source| Error::Device { source };
        let Self { descriptor, layout, params, consts, statistics } = self;
        let shape = *x.shape();
        let (x, tape) = x.try_reshape_like(&G::element(&layout)).map_err(device)?.split_tape();
        let set = G::set(&layout);
        let (sets, kinds) = (set.num_elements(), descriptor.statistics.len());
        // Rowwise tables keep the statistics of a set together, channelwise ones those of a kind.
        let rowwise = descriptor.reference_set.skeleton() == Skeleton::Rowwise;
        let at = |kind: usize, set: usize| if rowwise { set * kinds + kind } else { kind * sets + set };

        let mut given = Vec::new();
        let stored = match statistics {
            Statistics::Current => None,
            Statistics::Stored(stored) => Some(stored),
        };
        if let Some(stored) = stored {
            length(descriptor, "statistics", sets * kinds, stored.len())?;
            for kind in 0..kinds {
                let values: Vec<E> = (0..sets).map(|s| stored[at(kind, s)]).collect();
                given.push(x.device().try_tensor_from_vec(values, set).map_err(device)?);
            }
        }
        let graph = Graph::new(descriptor, stored.is_some());
        let inputs =
            Inputs { descriptor, layout, device: x.device().clone(), x: Some(x), params, consts, given };
        let (y, used) = play::<G, E, D, T>(&graph, inputs, tape, found.is_some())?;
        if let Some(found) = found {
            found.clear();
            if let Some(stored) = stored {
                found.extend_from_slice(stored);
            } else {
                found.resize(sets * kinds, E::default());
            }
            for (kind, t) in used.iter().enumerate() {
                for (s, v) in t.as_vec().into_iter().enumerate() {
                    found[at(kind, s)] = v;
                }
            }
        }
        y.try_reshape_like(&shape).map_err(device)
    }
}
