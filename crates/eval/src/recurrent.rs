//! `as = rnn`, `gru` and `lstm`: a whole sequence through a cell, with the method where its placement puts it.

use norm_core::{Layout, NormState, PolicyKind, Site};
use sequence::{Bias, Cell, Place, Sizes, Slot, State, Statistics};

use crate::affine::{Side, ready};
use crate::answer::Answer;
use crate::cell::{biases, check, kind, make, placement};
use crate::error::Error;
use crate::limits;
use crate::norm::{Path, Real, narrow, widen};
use crate::request::Request;
use crate::run::{Given, Slopes, fused, looped};
use crate::state::Stored;
use crate::sums::{params, put_params};

/// What a slot stores, as the request and the answer have it.
fn stored<T: Real>(place: Place, slot: &Slot<T>, stored: &[T]) -> Result<Option<Stored<T>>, Error> {
    let (kernel, consts) = (slot.kernel, slot.consts.clone());
    let d = kernel.descriptor;
    let steps = match slot.statistics {
        Statistics::Instant => return Ok(None),
        Statistics::PerStep { t_max } => Some(t_max),
        _ => None,
    };
    let channels = stored.len() / slot.stored_names().len() / steps.unwrap_or(1);
    let one = if d.policy == PolicyKind::Streaming {
        NormState::streaming(kernel, consts, slot.streaming, channels)
    } else {
        NormState::averaging(kernel, consts, slot.running, channels)
    };
    let mut all = Stored::new(&format!("state.{place}."), channels, steps, one);
    all.load(stored)?;
    Ok(Some(all))
}

/// The state of every slot that stores some.
fn take_state<T: Real>(r: &mut Request, cell: &Cell<T>, units: usize) -> Result<State<T>, Error> {
    let mut state = State::new(cell, units);
    for (place, slot) in cell.slots() {
        if let Some(mut stored) = stored(place, slot, state.get(place))? {
            stored.read(r)?;
            state.get_mut(place).copy_from_slice(&stored.values());
        }
    }
    Ok(state)
}

fn put_state<T: Real>(cell: &Cell<T>, state: &State<T>, answer: &mut Answer) -> Result<(), Error> {
    for (place, slot) in cell.slots() {
        if let Some(stored) = stored(place, slot, state.get(place))? {
            stored.put(answer);
        }
    }
    Ok(())
}

fn slot_name(place: Place, name: &str) -> String {
    format!("param.{place}.{name}")
}

/// The rows of a weight matrix, normalized; parameters stand under `param.<place>.`.
fn at_weights<T: Real>(
    r: &mut Request,
    place: &str,
    raw: &[f64],
    sizes: [usize; 2],
) -> Result<Side<T>, Error> {
    let layout = Layout::new(1, sizes[0], sizes[1], 1);
    let found = params(r, &format!("param.{place}."), &layout)?;
    Side::new(Some(ready(r, layout, found)), narrow(raw))
}

fn put_slopes<T: Real>(answer: &mut Answer, g: &Given<'_, T>, d: &Slopes<T>) {
    let Sizes { steps, cases, inputs, units } = g.sizes;
    let rows = g.cell.width(units);
    answer.put("dx", &[steps, cases, inputs], widen(&d.x));
    answer.put("dparam.weight_ih", &[rows, inputs], widen(&d.w_ih));
    answer.put("dparam.weight_hh", &[rows, units], widen(&d.w_hh));
    if let Some(b) = &d.bias {
        answer.put("dparam.bias", &[rows], widen(b));
        if let Some(c) = &d.recurrent_bias {
            let gates = &b[..g.cell.kind().summed() * units];
            answer.put("dparam.bias_hh", &[rows], widen(&[gates, c].concat()));
        }
    }
    for (name, found) in [("dparam.h0", &d.h0), ("dparam.c0", &d.c0)] {
        if let Some(found) = found {
            answer.put(name, &[cases, units], widen(found));
        }
    }
    for (p, found) in g.cell.slot_params(units).iter().zip(&d.slots) {
        answer.put(format!("d{}", slot_name(p.place, p.name)), &[p.len], widen(found));
    }
}

/// How often a path that is unrolled step by step keeps as much as the summed inputs are, until the gradient is found.
const KEPT: usize = 8;

pub(crate) fn run<T: Real>(r: &mut Request) -> Result<Answer, Error> {
    check(r)?;
    let d = r.descriptor();
    let kind = kind(r)?;
    let ([t, n, i], x) = r.ranked("x", "[T, N, I]")?;
    let ([rows, fan_in], w_ih) = r.ranked("param.weight_ih", "[G·H, I]")?;
    let gates = kind.gates();
    if fan_in != i || rows % gates != 0 {
        let expected = format!("[{gates}·H, {i}], as x is [{t}, {n}, {i}]");
        return Err(Error::Shape { name: "param.weight_ih".to_owned(), got: vec![rows, fan_in], expected });
    }
    let h = rows / gates;
    let Some(w_hh) = r.optional("param.weight_hh", &[rows, h])? else {
        return Err(Error::Missing {
            name: "param.weight_hh".to_owned(),
            expected: format!("[{rows}, {h}]"),
        });
    };
    limits::elements("the summed inputs of all steps", &[t, n, rows])?;
    if r.path != Path::Fused {
        limits::elements("what this path keeps of all steps", &[t, n, rows, KEPT])?;
        limits::parts("the steps of this path", &[t])?;
    }
    let stored = r.stored_steps("state.").unwrap_or(t);
    limits::elements("the stored statistics of all steps", &[stored, d.statistics.len(), rows])?;
    let bias_at = placement(r)?.filling(kind).map_or(Bias::UnlessShifted, |f| f.bias);
    let cell = make::<T>(r, kind, stored)?;
    let (cell, biases) = biases(r, cell, h)?;
    let h0 = r.optional("param.h0", &[n, h])?;
    let c0 = if kind.has_cell() { r.optional("param.c0", &[n, h])? } else { None };
    let specs = cell.slot_params(h);
    let mut slots: Vec<Vec<T>> = Vec::new();
    for p in &specs {
        let given = r.optional(&slot_name(p.place, p.name), &[p.len])?;
        slots.push(narrow(&given.unwrap_or_else(|| vec![p.initial; p.len])));
    }
    let state = take_state(r, &cell, h)?;
    let mut sides = if matches!(d.site, Site::Weights | Site::WeightsAndInputs) {
        Some((at_weights(r, "ih", &w_ih, [rows, i])?, at_weights(r, "hh", &w_hh, [rows, h])?))
    } else {
        None
    };
    let rows = (d.site == Site::WeightsAndInputs).then(|| ready(r, Layout::new(t * n, 1, i, 1), Vec::new()));
    let mut entering = Side::new(rows, narrow(&x))?;
    let mask = r.mask(&[t, n])?;
    let dy = r.optional("dy", &[t, n, h])?;
    r.finish()?;

    let sizes = Sizes { steps: t, cases: n, inputs: i, units: h };
    let given = Given {
        cell: &cell,
        sizes,
        bias_at,
        x: entering.value.clone(),
        w_ih: sides.as_ref().map_or_else(|| narrow(&w_ih), |s| s.0.value.clone()),
        w_hh: sides.as_ref().map_or_else(|| narrow(&w_hh), |s| s.1.value.clone()),
        bias: biases.own,
        recurrent_bias: biases.recurrent,
        h0: h0.as_deref().map(narrow),
        c0: c0.as_deref().map(narrow),
        slots,
        mask,
        dy: dy.as_deref().map(narrow),
    };
    let mut found = if r.path == Path::Fused { fused(r, &given, state)? } else { looped(r, &given, state)? };
    let mut answer = Answer::default();
    answer.put("y", &[t, n, h], widen(&found.y));
    answer.metadata.insert("placement".to_owned(), placement(r)?.name.to_owned());
    if found.clamped {
        let said = "steps beyond the stored ones used the statistics of the last one";
        answer.metadata.insert("warning".to_owned(), said.to_owned());
    }
    if let Some(d) = found.gradients.as_mut() {
        if let Some((ih, hh)) = &mut sides {
            for (side, place, weights) in [(ih, "ih", &mut d.w_ih), (hh, "hh", &mut d.w_hh)] {
                let (raw, found) = side.backward(std::mem::take(weights))?;
                *weights = raw;
                put_params(r, &mut answer, &format!("dparam.{place}."), &found);
            }
        }
        d.x = entering.backward(std::mem::take(&mut d.x))?.0;
        put_slopes(&mut answer, &given, d);
    }
    put_state(&cell, &found.state, &mut answer)?;
    Ok(answer)
}
