//! The layer once more, in dfdx operations: what the declaration says, played op by op, so that dfdx's own tape finds the
//! gradients.

use dfdx::prelude::*;
use norm_core::policy::Running;
use norm_core::{Averages, Descriptor, Elem, ParamAxis, Site, Unstorable, blocks};

use super::checks::{Played, back};
use super::subject::{Flat as Matrix, Input, Space, Told, WIDTH, told};
use super::tensors::Held;
use crate::composed;
use crate::fused::{Flat, Statistics};
use crate::mailbox::Mailbox;

/// The layer that a method stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// What goes in is normalized, with so many groups of channels.
    Input {
        /// Groups of channels.
        groups: usize,
    },
    /// The weights of a linear layer are, and maybe its input.
    Weights,
}

fn of<'a>(held: &'a [Held], name: &str) -> Told<&'a Held> {
    held.iter().find(|h| h.name == name).ok_or_else(|| format!("the layer has no tensor `{name}`"))
}

fn flat<E: Dtype + Elem>(held: &[Held], name: &str) -> Told<Flat<E, Cpu>>
where
    Cpu: Device<E>,
{
    let values: Vec<E> = of(held, name)?.values.iter().map(|v| E::lit(*v)).collect();
    let length = (values.len(),);
    told(Cpu::default().try_tensor_from_vec(values, length))
}

/// One pass from the tensors that a layer holds, which are changed as training changes them.
pub(super) fn play<E: Dtype + Elem>(
    d: &'static Descriptor,
    place: Place,
    held: &mut [Held],
    x: &Input<E>,
    training: bool,
) -> Told<Played>
where
    Cpu: Device<E>,
{
    match place {
        Place::Input { groups } => input(d, groups, held, x, training),
        Place::Weights => linear(d, held, x, training),
    }
}

fn finish<E: Dtype + Elem>(
    y: Input<E, OwnedTape<E, Cpu>>,
    x: &Input<E>,
    params: &[(String, Flat<E, Cpu>)],
) -> Told<Played>
where
    Cpu: Device<E>,
{
    let (y, dx, mut found) = back(y, x)?;
    let mut trained = Vec::new();
    for (name, p) in params {
        told(found.try_alloc_for(p))?;
        let values = found.get(p).as_vec().into_iter().map(Elem::to_f64).collect();
        trained.push(Held { name: name.clone(), trained: true, values });
    }
    Ok(Played { y, dx, trained })
}

fn input<E: Dtype + Elem>(
    d: &'static Descriptor,
    groups: usize,
    held: &mut [Held],
    x: &Input<E>,
    training: bool,
) -> Told<Played>
where
    Cpu: Device<E>,
{
    let (cases, _, height, width) = *x.shape();
    let space = Space(height, width);
    let layout = space.layout(d, cases, groups)?;
    let params: Vec<(String, Flat<E, Cpu>)> =
        d.params.iter().map(|p| Ok((p.name.to_owned(), flat(held, p.name)?))).collect::<Told<_>>()?;
    let mut on_tape: Vec<_> = params.iter().map(|(_, p)| p.retaped()).collect();
    let (consts, mut found) = (d.default_consts(), Vec::new());
    let running = Running::default().named(d, &consts);
    let mut stored = store(d, held)?;
    let traced = x.leaky_trace();
    if training && !stored.is_empty() && blocks::takes_blocks(d) {
        let controls = d.plan.controls();
        let mut states = Vec::new();
        for c in &controls {
            states.push(of(held, c.name)?.values.iter().map(|v| E::lit(*v)).collect::<Vec<E>>());
        }
        let mailbox = Mailbox::default();
        let mut averages = Averages { running, values: stored, controls: states };
        let unstorable = Unstorable::LeaveOut;
        let y = composed::in_blocks(d, &mut averages, layout, traced, on_tape, &consts, &mailbox, unstorable);
        let y = told(y)?;
        keep(held, d.stored_names().iter().map(String::as_str), averages.values.chunks(WIDTH));
        let played = finish(y, x, &params)?;
        let states = mailbox.with(|letters| composed::now(&averages, letters));
        keep(held, controls.iter().map(|c| c.name), states.iter().map(|s| &s[..]));
        return Ok(played);
    }
    // Outside training nothing is controlled; what the method looks at besides is the store before this batch.
    let still = d.plan.controls().into_iter().map(|_| vec![E::default(); WIDTH]);
    let before = d.frozen.iter().map(|f| f.of(&stored, WIDTH).to_vec());
    on_tape.extend(planes(still.chain(before))?);
    let statistics =
        if training || stored.is_empty() { Statistics::Current } else { Statistics::Stored(&stored) };
    let y = told(composed::normalize(d, layout, traced, on_tape, &consts, statistics, Some(&mut found)))?;
    if training && !stored.is_empty() {
        running.update(d, &found, cases * space.places(), &mut stored);
        keep(held, d.stored_names().iter().map(String::as_str), stored.chunks(WIDTH));
    }
    finish(y, x, &params)
}

/// What the layer has stored, one plane after the other; nothing where the method averages nothing.
fn store<E: Elem>(d: &Descriptor, held: &[Held]) -> Told<Vec<E>> {
    let mut stored = Vec::new();
    if d.policy.averages() {
        for name in d.stored_names() {
            stored.extend(of(held, &name)?.values.iter().map(|v| E::lit(*v)));
        }
    }
    Ok(stored)
}

/// Planes as tensors that a call looks at.
fn planes<E: Dtype + Elem>(all: impl Iterator<Item = Vec<E>>) -> Told<Vec<Flat<E, Cpu, OwnedTape<E, Cpu>>>>
where
    Cpu: Device<E>,
{
    all.map(|values| Ok(told(Cpu::default().try_tensor_from_vec(values, (WIDTH,)))?.retaped())).collect()
}

/// Puts planes into the tensors of these names.
fn keep<'a, E: Elem>(
    held: &mut [Held],
    names: impl Iterator<Item = &'a str>,
    planes: impl Iterator<Item = &'a [E]>,
) {
    for (name, plane) in names.zip(planes) {
        if let Some(h) = held.iter_mut().find(|h| h.name == name) {
            h.values = plane.iter().map(|v| Elem::to_f64(*v)).collect();
        }
    }
}

/// `gain · (W' x') + bias`, the gain in the weights where the method brings it.
fn linear<E: Dtype + Elem>(
    d: &'static Descriptor,
    held: &mut [Held],
    x: &Input<E>,
    training: bool,
) -> Told<Played>
where
    Cpu: Device<E>,
{
    let own_gain = d.params.iter().any(|p| p.axis == ParamAxis::Group);
    let gain = d.params.first().map_or("gain", |p| p.name);
    let mut params = Vec::new();
    for name in ["weight", "bias", gain] {
        params.push((name.to_owned(), flat::<E>(held, name)?));
    }
    let consts = d.default_consts();
    let mut stored = store(d, held)?;
    let mut found = Vec::new();
    let mut normalize = |x: Matrix<E, OwnedTape<E, Cpu>>, layout, params: Vec<_>| {
        let statistics =
            if training || stored.is_empty() { Statistics::Current } else { Statistics::Stored(&stored) };
        told(composed::normalize(d, layout, x, params, &consts, statistics, Some(&mut found)))
    };
    let layout = told(d.reference_set.layout(WIDTH, WIDTH, 1, 1))?;
    let weight = told(params[0].1.retaped().try_reshape_like(&(WIDTH, Const::<WIDTH>)))?;
    let mut in_weights = if own_gain { vec![params[2].1.retaped()] } else { Vec::new() };
    in_weights.extend(planes(d.frozen.iter().map(|f| f.of(&stored, WIDTH).to_vec()))?);
    let weights = normalize(weight, layout, in_weights)?;
    let weights: Tensor<Rank2<WIDTH, WIDTH>, E, Cpu, _> = told(weights.try_reshape_like(&(Const, Const)))?;
    let whole = *x.shape();
    let shape = (whole.0, Const::<WIDTH>);
    let mut input: Matrix<E, OwnedTape<E, Cpu>> = told(x.leaky_trace().try_reshape_like(&shape))?;
    if d.site == Site::WeightsAndInputs {
        input = normalize(input, told(d.reference_set.layout(shape.0, WIDTH, 1, 1))?, Vec::new())?;
    }
    if training && !stored.is_empty() {
        Running::default().named(d, &consts).update(d, &found, WIDTH, &mut stored);
        keep(held, d.stored_names().iter().map(String::as_str), stored.chunks(WIDTH));
    }
    let across = |p: &Flat<E, Cpu>| -> Told<Matrix<E, OwnedTape<E, Cpu>>> {
        let row: Tensor<Rank1<WIDTH>, E, Cpu, _> = told(p.retaped().try_reshape_like(&(Const,)))?;
        told(row.try_broadcast_like(&shape))
    };
    let mut y = told(input.try_matmul(told(weights.try_permute::<Rank2<WIDTH, WIDTH>, Axes2<1, 0>>())?))?;
    if !own_gain {
        y = told(across(&params[2].1)?.try_mul(y))?;
    }
    y = told(across(&params[1].1)?.try_add(y))?;
    finish(told(y.try_reshape_like(&whole))?, x, &params)
}
