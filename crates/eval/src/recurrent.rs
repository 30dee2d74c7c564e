//! `as = rnn`, `gru` and `lstm`: a whole sequence through a cell, with the method where its placement puts it.

use norm_core::policy::Running;
use norm_core::{Layout, PolicyKind, ReferenceSet, Site, Skeleton};
use sequence::{Bias, Cell, CellKind, Options, Place, Placement, Sizes, State, Statistics};

use crate::affine::{Side, ready};
use crate::error::Error;
use crate::norm::{Path, Real, double, narrow, widen};
use crate::request::{Answer, Form, OverTime, Request};
use crate::run::{Given, fused, looped};
use crate::state::{averaging, over_time};
use crate::sums::{params, put_params};

/// PyTorch's sense of a GRU's update gate, by name.
const PYTORCH: &str = "pytorch";

fn refused(r: &Request, reason: String) -> Error {
    Error::NotApplicable {
        method: r.descriptor().id.to_owned(),
        what: format!("as = {}", r.form.name()),
        reason,
    }
}

/// Which recurrence: of an RNN the nonlinearity is chosen, of a GRU the sense of the update gate.
fn kind(r: &Request) -> Result<CellKind, Error> {
    let plain = r.descriptor().reference_set == ReferenceSet::Nothing || r.descriptor().site == Site::Weights;
    match r.form {
        Form::Lstm => Ok(CellKind::Lstm),
        // The layer normalization paper's sense; without a norm there is no reason not to be PyTorch's.
        Form::Gru if plain || r.word("placement") == Some(PYTORCH) => Ok(CellKind::GruKeep),
        Form::Gru => Ok(CellKind::Gru),
        _ => {
            let clipped = r.descriptor().reference_set == ReferenceSet::BatchTime;
            let got = r.word("nonlinearity").unwrap_or(if clipped { "clipped" } else { "tanh" });
            match got {
                "tanh" => Ok(CellKind::RnnTanh),
                "relu" => Ok(CellKind::RnnRelu),
                "clipped" => Ok(CellKind::RnnClipped),
                _ => Err(Error::Value {
                    key: "nonlinearity".to_owned(),
                    got: got.to_owned(),
                    expected: "one of tanh, relu, clipped".to_owned(),
                }),
            }
        }
    }
}

/// Where the method stands: as asked for, or where it usually does.
fn placement(r: &Request) -> Result<&'static Placement, Error> {
    let d = r.descriptor();
    let usual = match (d.reference_set, d.reference_set.skeleton()) {
        (ReferenceSet::Nothing, _) => "none",
        // The weights are normalized before the cell meets them, once for all steps.
        _ if d.site == Site::Weights => "none",
        (_, Skeleton::Rowwise) => "paper",
        (_, Skeleton::Channelwise) => "input",
    };
    let usual = d.placements.first().copied().unwrap_or(usual);
    let name = r.word("placement").filter(|p| *p != PYTORCH).unwrap_or(usual);
    Placement::find(name).ok_or_else(|| Error::Value {
        key: "placement".to_owned(),
        got: name.to_owned(),
        expected: {
            let names: Vec<&str> = Placement::ALL.iter().map(|p| p.name).chain([PYTORCH]).collect();
            format!("one of {}", names.join(", "))
        },
    })
}

fn make<T: Real>(r: &Request, kind: CellKind, t_max: usize) -> Result<Cell<T>, Error> {
    let d = r.descriptor();
    let across = d.reference_set.skeleton() == Skeleton::Channelwise;
    let statistics = match (across, r.over_time) {
        (false, None) => None,
        (false, Some(_)) => {
            return Err(refused(
                r,
                format!("its statistics pool {}, no cases: leave `statistics` out", d.reference_set.name()),
            ));
        }
        (true, _) => Some(match over_time(r) {
            OverTime::Pooled => Statistics::BatchTime,
            OverTime::PerStep => Statistics::PerStep { t_max },
        }),
    };
    let consts = r.consts();
    let running: Option<Running> = if d.policy.averages() { Some(averaging(r)?) } else { None };
    let options = Options { consts: r.sets_consts().then_some(&consts), statistics, running };
    Ok(placement(r)?.cell_with(kind, *T::table(r.method), options)?)
}

/// The state of every slot that stores some.
fn take_state<T: Real>(r: &mut Request, cell: &Cell<T>, units: usize) -> Result<State<T>, Error> {
    let mut state = State::new(cell, units);
    let statistics = r.descriptor().statistics;
    for (place, slot) in cell.slots() {
        let steps = match slot.statistics {
            Statistics::Instant => continue,
            Statistics::PerStep { t_max } => Some(t_max),
            _ => None,
        };
        let channels = state.get(place).len() / statistics.len() / steps.unwrap_or(1);
        let shape: Vec<usize> = steps.into_iter().chain([channels]).collect();
        for (i, s) in statistics.iter().enumerate() {
            let name = format!("state.{place}.{}", s.stored_name());
            let Some(given) = r.optional(&name, &shape)? else { continue };
            for (t, row) in given.chunks_exact(channels).enumerate() {
                let at = (t * statistics.len() + i) * channels;
                state.get_mut(place)[at..at + channels].copy_from_slice(&narrow::<T>(row));
            }
        }
    }
    Ok(state)
}

fn put_state<T: Real>(r: &Request, cell: &Cell<T>, state: &State<T>, answer: &mut Answer) {
    let statistics = r.descriptor().statistics;
    for (place, slot) in cell.slots() {
        let steps = match slot.statistics {
            Statistics::Instant => continue,
            Statistics::PerStep { t_max } => Some(t_max),
            _ => None,
        };
        let all = state.get(place);
        let channels = all.len() / statistics.len() / steps.unwrap_or(1);
        let shape: Vec<usize> = steps.into_iter().chain([channels]).collect();
        for (i, s) in statistics.iter().enumerate() {
            let rows = all.chunks_exact(channels).skip(i).step_by(statistics.len());
            let name = format!("state.{place}.{}", s.stored_name());
            answer.put(name, &shape, rows.flatten().map(|v| double(*v)).collect());
        }
    }
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

pub(crate) fn run<T: Real>(r: &mut Request) -> Result<Answer, Error> {
    let d = r.descriptor();
    if !matches!(d.site, Site::SummedInputs | Site::Weights) {
        let reason =
            format!("it normalizes {}, which no cell here does: write as = linear or conv", d.site.name());
        return Err(refused(r, reason));
    }
    if d.policy == PolicyKind::Streaming {
        return Err(refused(r, "its stores belong to a layer: write as = sums with layout = TNC".to_owned()));
    }
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
    let stored = r.stored_steps("state.").unwrap_or(t);
    let mut cell = make::<T>(r, kind, stored)?;
    let bias_at = placement(r)?.filling(kind).map_or(Bias::UnlessShifted, |f| f.bias);
    let given_bias = r.optional("param.bias", &[rows])?;
    if given_bias.is_some() && !cell.has_bias() {
        // Redundant beside a norm's shift, but asked for.
        cell = cell.with_bias(Bias::AfterNorm);
    }
    let bias_hh = if kind.has_candidate() { r.optional("param.bias_hh", &[rows])? } else { None };
    if !cell.has_recurrent_bias() && bias_hh.is_some() {
        return Err(refused(
            r,
            "the norm of the candidate's recurrent product shifts: leave `param.bias_hh` out".to_owned(),
        ));
    }
    cell = cell.with_recurrent_bias(bias_hh.is_some());
    if bias_hh.is_some() && !cell.has_bias() {
        cell = cell.with_bias(Bias::AfterNorm);
    }
    let split = kind.summed() * h;
    let bias: Option<Vec<T>> = cell.has_bias().then(|| {
        let mut sum = given_bias.clone().unwrap_or_else(|| vec![0.0; rows]);
        for (b, add) in sum.iter_mut().zip(bias_hh.iter().flat_map(|b| &b[..split])) {
            *b += add;
        }
        narrow(&sum)
    });
    let recurrent_bias: Option<Vec<T>> = bias_hh.as_ref().map(|b| narrow(&b[split..]));
    let h0 = r.optional("param.h0", &[n, h])?;
    let c0 = if kind.has_cell() { r.optional("param.c0", &[n, h])? } else { None };
    let specs = cell.slot_params(h);
    let mut slots: Vec<Vec<T>> = Vec::new();
    for p in &specs {
        let given = r.optional(&slot_name(p.place, p.name), &[p.len])?;
        slots.push(narrow(&given.unwrap_or_else(|| vec![p.initial; p.len])));
    }
    let state = take_state(r, &cell, h)?;
    let sides = if d.site == Site::Weights {
        Some((at_weights(r, "ih", &w_ih, [rows, i])?, at_weights(r, "hh", &w_hh, [rows, h])?))
    } else {
        None
    };
    let mask = r.mask(&[t, n])?;
    let dy = r.optional("dy", &[t, n, h])?;
    r.finish()?;

    let sizes = Sizes { steps: t, cases: n, inputs: i, units: h };
    let given = Given {
        cell: &cell,
        sizes,
        bias_at,
        x: narrow(&x),
        w_ih: sides.as_ref().map_or_else(|| narrow(&w_ih), |s| s.0.value.clone()),
        w_hh: sides.as_ref().map_or_else(|| narrow(&w_hh), |s| s.1.value.clone()),
        bias,
        recurrent_bias,
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
        if let Some((ih, hh)) = &sides {
            for (side, place, weights) in [(ih, "ih", &mut d.w_ih), (hh, "hh", &mut d.w_hh)] {
                let (raw, found) = side.backward(std::mem::take(weights))?;
                *weights = raw;
                put_params(r, &mut answer, &format!("dparam.{place}."), &found);
            }
        }
        answer.put("dx", &[t, n, i], widen(&d.x));
        answer.put("dparam.weight_ih", &[rows, i], widen(&d.w_ih));
        answer.put("dparam.weight_hh", &[rows, h], widen(&d.w_hh));
        if let Some(b) = &d.bias {
            answer.put("dparam.bias", &[rows], widen(b));
            if let Some(c) = &d.recurrent_bias {
                answer.put("dparam.bias_hh", &[rows], widen(&[&b[..split], c].concat()));
            }
        }
        for (name, found) in [("dparam.h0", &d.h0), ("dparam.c0", &d.c0)] {
            if let Some(found) = found {
                answer.put(name, &[n, h], widen(found));
            }
        }
        for (p, found) in specs.iter().zip(&d.slots) {
            answer.put(format!("d{}", slot_name(p.place, p.name)), &[p.len], widen(found));
        }
    }
    put_state(r, &cell, &found.state, &mut answer);
    Ok(answer)
}
