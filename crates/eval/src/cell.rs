//! Which cell a request means: recurrence, placement, statistics, biases.

use norm_core::blocks::takes_blocks;
use norm_core::policy::Running;
use norm_core::streaming::Streaming;
use norm_core::{PolicyKind, ReferenceSet, Site, Skeleton};
use sequence::{Bias, Cell, CellKind, Options, Place, Placement, Slot, Statistics};

use crate::error::Error;
use crate::norm::{Path, Real, narrow};
use crate::options::PYTORCH;
use crate::request::{Form, OverTime, Request};
use crate::state::{averaging, over_time};
use crate::streaming;

pub(crate) fn refused(r: &Request, reason: String) -> Error {
    Error::NotApplicable {
        method: r.descriptor().id.to_owned(),
        what: format!("as = {}", r.form.name()),
        reason,
    }
}

/// Which recurrence: of an RNN the nonlinearity is chosen, of a GRU the sense of the update gate.
pub(crate) fn kind(r: &Request) -> Result<CellKind, Error> {
    let d = r.descriptor();
    let plain = d.is_identity() || d.site != Site::SummedInputs;
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
pub(crate) fn placement(r: &Request) -> Result<&'static Placement, Error> {
    let d = r.descriptor();
    // What no cell has a place for was refused before; whatever comes after would say so too.
    let usual = Placement::usual(d).map_or(Placement::PAPER.name, |p| p.name);
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

pub(crate) fn make<T: Real>(r: &Request, kind: CellKind, t_max: usize) -> Result<Cell<T>, Error> {
    let d = r.descriptor();
    let across = d.reference_set.skeleton() == Skeleton::Channelwise;
    let statistics = match (across, r.over_time) {
        (false, None) => None,
        (false, Some(_)) => {
            return Err(refused(
                r,
                format!("its statistics pool {}, no cases: leave `statistics` out", d.over()),
            ));
        }
        (true, None) if d.policy == PolicyKind::Streaming => None,
        (true, _) => Some(match over_time(r) {
            OverTime::Pooled => Statistics::BatchTime,
            OverTime::PerStep => Statistics::PerStep { t_max },
        }),
    };
    let consts = r.consts();
    let running: Option<Running> = if d.policy.averages() { Some(averaging(r)?) } else { None };
    let options = Options { consts: r.sets_consts().then_some(&consts), statistics, running };
    let cell = placement(r)?.cell_with(kind, *T::table(r.method), options)?;
    if d.policy == PolicyKind::Streaming { stream(cell, streaming::settings(r)?) } else { Ok(cell) }
}

/// With other settings of how histories are mixed.
fn stream<T: Real>(mut cell: Cell<T>, settings: Streaming) -> Result<Cell<T>, Error> {
    let slots: Vec<(Place, Slot<T>)> = cell.slots().map(|(place, slot)| (place, slot.clone())).collect();
    for (place, slot) in slots {
        cell = cell.with(place, Slot { streaming: settings, ..slot })?;
    }
    Ok(cell)
}

/// The biases of a cell as PyTorch has them.
pub(crate) struct Biases<T> {
    /// Added to the sums, `[G·H]`.
    pub(crate) own: Option<Vec<T>>,
    /// Inside the product with the reset gate, `[H]`.
    pub(crate) recurrent: Option<Vec<T>>,
}

/// Takes the biases and makes the cell have them: one that a norm's shift makes redundant is added all the same.
pub(crate) fn biases<T: Real>(
    r: &mut Request,
    mut cell: Cell<T>,
    units: usize,
) -> Result<(Cell<T>, Biases<T>), Error> {
    let (kind, rows) = (cell.kind(), cell.width(units));
    let given = r.optional("param.bias", &[rows])?;
    let hidden = if kind.has_candidate() { r.optional("param.bias_hh", &[rows])? } else { None };
    if hidden.is_some() && !cell.has_recurrent_bias() {
        let reason = "the norm of the candidate's recurrent product shifts: leave `param.bias_hh` out";
        return Err(refused(r, reason.to_owned()));
    }
    cell = cell.with_recurrent_bias(hidden.is_some());
    if (given.is_some() || hidden.is_some()) && !cell.has_bias() {
        cell = cell.with_bias(Bias::AfterNorm);
    }
    let split = kind.summed() * units;
    let own = cell.has_bias().then(|| {
        let mut sum = given.unwrap_or_else(|| vec![0.0; rows]);
        for (b, add) in sum.iter_mut().zip(hidden.iter().flat_map(|b| &b[..split])) {
            *b += add;
        }
        narrow(&sum)
    });
    Ok((cell, Biases { own, recurrent: hidden.map(|b| narrow(&b[split..])) }))
}

/// Refuses what no cell here normalizes.
pub(crate) fn check(r: &Request) -> Result<(), Error> {
    let d = r.descriptor();
    if !matches!(d.site, Site::SummedInputs | Site::Weights | Site::WeightsAndInputs) {
        let reason =
            format!("it normalizes {}, which no cell here does: write as = linear or conv", d.site.name());
        return Err(refused(r, reason));
    }
    // Of a method over cases: blocks, states of controls or what was stored have a part in each use.
    let stores = d.policy.stores() && (takes_blocks(d) || !d.frozen.is_empty());
    let in_each_use = d.policy == PolicyKind::Streaming || (stores && d.site == Site::SummedInputs);
    if in_each_use && r.path != Path::Fused {
        let reason = "what it stores has a part in each use, which this path does not follow through a cell";
        return Err(refused(r, format!("{reason}: write path = fused")));
    }
    Ok(())
}
