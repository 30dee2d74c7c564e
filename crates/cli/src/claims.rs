//! Claims: what a run says to them, and training what is missing.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, anyhow, bail};
use bench::experiment::{grid, runner, workloads};
use bench::throughput::ratios;
use claims::{CLAIMS, Claim, Evidence, Wanted};
use results::{
    CellSettings, ConvergenceRecord, ProbeRecord, RatioRecord, Run, RunWriter, Tier, Verdict, VerdictRecord,
};

use crate::place::{Place, open, own};
use crate::run::{End, conclude, finish, render};
use crate::{card, say};

/// The cells that are there, by id, with the times that were taken in turns, and who knows the others' settings.
#[derive(Default)]
pub(crate) struct Cells {
    cells: BTreeMap<String, ConvergenceRecord>,
    ratios: Vec<RatioRecord>,
}

impl Cells {
    /// All cells of a run that nothing speaks against. Parts that do not give the same bits are not put together.
    pub(crate) fn of(run: &Run) -> Result<Self> {
        let manifest = run.manifest();
        let mut roots = manifest.parts.iter().map(|part| manifest.part_number(Some(&part.identity.id())));
        let first = roots.next().flatten();
        if roots.any(|root| root != first) {
            bail!(
                "{} has parts of several engines, whose numbers are not compared; normlab verify --extend says whether they are \
                 the same",
                run.dir().display()
            );
        }
        let contents = run.contents()?;
        Ok(Self {
            cells: contents.cells.into_iter().map(|cell| (cell.id.clone(), cell)).collect(),
            ratios: contents.ratios.unwrap_or_default(),
        })
    }

    /// Whether a cell is there.
    pub(crate) fn has(&self, id: &str) -> bool {
        self.cells.contains_key(id)
    }

    /// Those of some cells that are not there.
    pub(crate) fn lacks(&self, cells: Vec<CellSettings>) -> Vec<CellSettings> {
        cells.into_iter().filter(|cell| !self.has(&cell.id())).collect()
    }

    /// These and others.
    fn and(mut self, others: &Self) -> Self {
        self.cells.extend(others.cells.iter().map(|(id, cell)| (id.clone(), cell.clone())));
        self
    }
}

impl claims::Bench for Cells {
    fn cell(&self, wanted: &Wanted<'_>) -> Result<CellSettings, String> {
        let workload = workloads::find(wanted.workload).map_err(|e| e.to_string())?;
        let arm = workload.arm(wanted.arm.method).map_err(|e| e.to_string())?;
        let usual = || arm.placements().map_err(str::to_owned)?.first().copied().ok_or("no place".to_owned());
        let place = if wanted.arm.place.is_empty() { usual()? } else { wanted.arm.place };
        let (method, rate) = (wanted.arm.method, wanted.learning_rate);
        let mut cell = grid::cell(workload, method, place, rate, wanted.seed, wanted.epochs);
        if let Some(batch_size) = wanted.batch_size {
            cell.batch_size = batch_size;
        }
        for (name, value) in wanted.arm.settings {
            cell.settings.insert((*name).to_owned(), (*value).to_owned());
        }
        Ok(cell)
    }

    fn record(&self, id: &str) -> Option<&ConvergenceRecord> {
        self.cells.get(id)
    }

    fn ratio(&self, id: &str) -> Option<&RatioRecord> {
        self.ratios.iter().find(|ratio| ratio.id == id)
    }
}

/// The claims of those ids; all where there are none.
fn chosen(ids: &[String]) -> Result<Vec<&'static Claim>> {
    if ids.is_empty() {
        return Ok(CLAIMS.to_vec());
    }
    Ok(ids.iter().map(|id| claims::find(id)).collect::<Result<_, _>>()?)
}

/// What a run, or probes alone, say to the claims of those ids.
pub(crate) fn say(run: Option<&Path>, ids: &[String], json: bool) -> Result<End> {
    let (cells, kept) = match run {
        Some(dir) => {
            let run = Run::open(dir)?;
            (Cells::of(&run)?, run.probes()?)
        }
        None => (Cells::default(), None),
    };
    let chosen = chosen(ids)?;
    let kept = kept.unwrap_or_else(|| asked(&chosen));
    let found = claims::verdicts(&chosen, &kept, &cells)?;
    if json {
        return say::line(serde_json::to_string_pretty(&in_json(&found, run))?).map(|()| End::Done);
    }
    print(&found)?;
    Ok(End::Done)
}

/// What the workloads of a run can tell.
pub(crate) fn workloads(dir: &Path, ids: &[String]) -> Result<End> {
    let cells = Cells::of(&Run::open(dir)?)?;
    for seen in claims::admissions(&chosen(ids)?, &cells)? {
        let batches = seen.on.protocol.batch_size.map_or_else(String::new, |n| format!(", batches of {n}"));
        let rest = match seen.falls {
            None => "no whole plain arm".to_owned(),
            Some(share) => {
                let rests = if seen.is_at_rest() { "at rest" } else { "a budget on purpose" };
                format!("plain loss falls by {:.1} % in the last fifth ({rests})", 100.0 * share)
            }
        };
        let spread = match seen.spread {
            None => "nothing to compare".to_owned(),
            Some(spread) => {
                let tells =
                    if seen.tells_apart() { "tells methods apart" } else { "does not tell methods apart" };
                format!("{} arms, {spread:.1} deviations of seeds apart ({tells})", seen.arms)
            }
        };
        let (workload, passes) = (seen.on.workload, seen.on.protocol.epochs);
        say::line(format_args!("{workload}, {passes} passes{batches}: {rest}; {spread}"))?;
    }
    Ok(End::Done)
}

/// What the probes of these claims find, each once.
fn asked(claims: &[&Claim]) -> Vec<ProbeRecord> {
    let mut ids: Vec<&str> = claims
        .iter()
        .filter_map(|claim| match &claim.evidence {
            Evidence::Probe { probe, .. } => Some(*probe),
            _ => None,
        })
        .collect();
    ids.sort_unstable();
    ids.dedup();
    probes::some(&ids)
}

/// Verdicts for a person.
fn print(found: &[VerdictRecord]) -> Result<()> {
    for verdict in found {
        say::line(format_args!("{:<5} {:<10} {}", verdict.id, verdict.verdict.name(), verdict.statement))?;
        for finding in &verdict.findings {
            say::line(format_args!("                 {}", words(finding)))?;
        }
        if verdict.findings.is_empty() {
            say::line(format_args!("                 {}", verdict.reason))?;
        }
    }
    let count = |word: Verdict| found.iter().filter(|v| v.verdict == word).count();
    say::line(format_args!(
        "{} claims: {} supported, {} refuted, {} undecided",
        found.len(),
        count(Verdict::Supported),
        count(Verdict::Refuted),
        count(Verdict::Undecided)
    ))
}

/// A finding on a line.
fn words(finding: &results::Finding) -> String {
    let effect = &finding.effect;
    let interval = match (effect.lower, effect.upper) {
        (Some(lower), Some(upper)) => format!(" [{}, {}]", number(lower), number(upper)),
        _ => String::new(),
    };
    let p = finding.adjusted_p.map_or_else(String::new, |p| format!(", p {p:.4}"));
    format!("{}: {}{interval}{p}; expected {}", finding.what, number(effect.value), finding.expected)
}

/// Four digits, wherever the point stands.
fn number(value: f64) -> String {
    if value == 0.0 || (1e-3..1e4).contains(&value.abs()) {
        format!("{value:.4}")
    } else {
        format!("{value:.3e}")
    }
}

/// The form that programs read.
fn in_json(found: &[VerdictRecord], run: Option<&Path>) -> Vec<serde_json::Value> {
    let one = |v: &VerdictRecord| {
        let effect = v.findings.first().map(|f| &f.effect);
        serde_json::json!({
            "id": v.id,
            "source": v.source,
            "statement": v.statement,
            "verdict": v.verdict.name(),
            "reason": v.reason,
            "effect": effect.map(|e| e.value),
            "interval": effect.and_then(|e| Some([e.lower?, e.upper?])),
            "threshold": v.threshold,
            "declared": v.declared,
            "cells": v.cells,
            "core_minutes": v.core_minutes,
            "run": run.map(|dir| dir.display().to_string()),
        })
    };
    found.iter().map(one).collect()
}

/// The seeds that trained claims use.
pub(crate) fn seeds(claims: &[&Claim]) -> Result<Vec<u64>> {
    let mut seeds: Vec<u64> = claims::with_counted(claims)?
        .iter()
        .flat_map(|claim| match &claim.evidence {
            Evidence::Trained(experiment) => experiment.comparisons,
            _ => &[],
        })
        .map(|comparison| comparison.on.protocol)
        .flat_map(|protocol| protocol.tuning_seeds().chain(protocol.judging_seeds()))
        .collect();
    seeds.sort_unstable();
    seeds.dedup();
    Ok(seeds)
}

/// Whether one of these claims is decided by times.
fn any_timed(claims: &[&Claim]) -> bool {
    claims.iter().any(|claim| matches!(claim.evidence, Evidence::Timed { .. }))
}

/// Times what claims compare by times, once in a run and after all training, when nothing else runs.
pub(crate) fn time_in_turns(run: &RunWriter, claims: &[&Claim]) -> Result<End> {
    if !any_timed(claims) || run.ratios()?.is_some() {
        return Ok(End::Done);
    }
    let measured = ratios::measure(ratios::pairs()?, ratios::ROUNDS, runner::stopping)?;
    let (Some(measured), Some(noise)) = (measured, ratios::noise(ratios::ROUNDS, runner::stopping)?) else {
        return Ok(crate::run::interrupted(run));
    };
    run.write_ratios(&measured)?;
    run.write_noise(&[noise])?;
    Ok(End::Done)
}

/// Trains what the claims need, rates first, until nothing is missing: nothing at all, or in a shard nothing of its own. What is in
/// `earlier` is there.
pub(crate) fn train_until_decided(run: &RunWriter, claims: &[&Claim], earlier: &Cells) -> Result<End> {
    let next = || -> Result<_> { Ok(claims::next(claims, &Cells::of(run)?.and(earlier))?) };
    let mut wanted = next()?;
    loop {
        let cells = own(run, &wanted);
        if cells.is_empty() {
            break;
        }
        if crate::run::train(run, &cells)? == End::Interrupted {
            return Ok(End::Interrupted);
        }
        let after = next()?;
        if after == wanted {
            let before = cells.len();
            bail!(
                "{before} cells were trained and are not taken for what they are; the run says why when it is rendered"
            );
        }
        wanted = after;
    }
    if !wanted.is_empty() {
        say::line(format_args!(
            "{} cells that come next are of other shards; what follows from them is trained from the merged run on",
            wanted.len()
        ))?;
    }
    Ok(End::Done)
}

/// Writes what probes have found and what the run says to every claim, and to some of its own, which are returned.
pub(crate) fn decide(run: &RunWriter, found: &[ProbeRecord], own: &[&Claim]) -> Result<Vec<VerdictRecord>> {
    run.write_probes(found)?;
    let cells = Cells::of(run)?;
    let own = claims::verdicts(own, found, &cells)?;
    let all = claims::verdicts(CLAIMS, found, &cells)?;
    run.write_errata(&claims::errata(&all, found))?;
    run.write_advice(&claims::advice(&run.methods()?.unwrap_or_default(), &cells)?)?;
    run.write_verdicts(&[own.clone(), all].concat())?;
    Ok(own)
}

/// A run that decides the claims of those ids.
pub(crate) fn run(place: Place, ids: &[String], dry_run: bool) -> Result<End> {
    let claims = chosen(ids)?;
    if dry_run {
        return dry(&place, &claims);
    }
    let first = claims::next(&claims, &Cells::default())?;
    if first.is_empty() && !any_timed(&claims) {
        return Err(anyhow!(
            "no training and no timing decides these claims; `normlab claims` says what probes do"
        ));
    }
    let earlier = place.share.earlier(Tier::Standard)?;
    runner::stop_on_interrupt()?;
    let run = open(Tier::Standard, place, seeds(&claims)?, &[])?;
    if train_until_decided(&run, &claims, &earlier)? == End::Interrupted {
        return Ok(End::Interrupted);
    }
    conclude(run, &claims)
}

/// Trains a method beside nothing, layer and batch normalization, and says what comes of it.
pub(crate) fn judge(place: Place, method: &str) -> Result<End> {
    if !grid::methods().contains(&method) {
        return Err(
            bench::Error::NoSuchMethod { got: method.to_owned(), known: grid::methods().join(", ") }.into()
        );
    }
    let trains = |workload: &str| {
        workloads::find(workload).and_then(|w| w.arm(method)).is_ok_and(|arm| arm.placements().is_ok())
    };
    let source = norms::find(method).map_or("", |m| m.descriptor().cite);
    let claims = claims::judge(method, source, trains);
    if claims.is_empty() {
        bail!("neither digits-mlp nor digits-lstm-64 trains `{method}`; the page of a run says why");
    }
    runner::stop_on_interrupt()?;
    let run = open(Tier::Quick, place, seeds(&claims)?, &[])?;
    if train_until_decided(&run, &claims, &Cells::default())? == End::Interrupted {
        return Ok(End::Interrupted);
    }
    let found = decide(&run, &probes::all(), &claims)?;
    for record in run.methods()?.iter().flatten().filter(|record| record.id == method) {
        say::line(card::lines(record).join("\n"))?;
    }
    print(&found)?;
    let dir = run.dir().to_owned();
    finish(run)?;
    render(&dir, None)
}

/// What would be trained next, and for how long.
fn dry(place: &Place, claims: &[&Claim]) -> Result<End> {
    let cells = match &place.dir {
        Some(dir) if dir.join("manifest.json").exists() => Cells::of(&Run::open(dir)?)?,
        _ => Cells::default(),
    };
    let cells = cells.and(&place.share.earlier(Tier::Standard)?);
    let minutes: f64 = claims
        .iter()
        .map(|claim| match &claim.evidence {
            Evidence::Trained(experiment) => experiment.core_minutes,
            _ => 0.0,
        })
        .sum();
    let mut next = claims::next(claims, &cells)?;
    next.retain(|cell| place.share.shard.is_none_or(|shard| shard.holds(cell)));
    say::line(format_args!(
        "{} cells come next, rates first; all of it about {minutes:.0} minutes of one core and {:.1} MB",
        next.len(),
        // A cell with its curve, as JSON.
        next.len() as f64 * 6e-3
    ))?;
    Ok(End::Done)
}
