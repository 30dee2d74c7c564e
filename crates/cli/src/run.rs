//! Making a run: cells, benches, records, page.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail};
use bench::catalogue::methods;
use bench::experiment::grid::{self, Filter};
use bench::experiment::{runner, workloads};
use results::{CellSettings, Descriptions, Run, RunWriter, Start, Tier};

use crate::benches;
use crate::build;
use crate::say;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    /// All that was asked for is there.
    Done,
    /// An interrupt ended it; what was finished is safe.
    Interrupted,
    /// A cell that was trained again has other numbers.
    Different,
}

/// Which run a command writes.
pub(crate) struct Place {
    /// Its folder, or one of the time and tier under `runs/`.
    pub(crate) dir: Option<PathBuf>,
    /// Whether a run of another build or machine is continued as a part of its own.
    pub(crate) another_part: bool,
}

pub(crate) fn descriptions() -> Result<Descriptions> {
    Ok(Descriptions {
        methods: methods::records(),
        workloads: workloads::WORKLOADS.iter().map(|w| w.record()).collect::<Result<_, _>>()?,
        references: crate::outside::references(),
    })
}

/// The seeds of cells, each once.
fn seeds(cells: &[CellSettings]) -> Vec<u64> {
    let mut seeds: Vec<u64> = cells.iter().map(|cell| cell.seed).collect();
    seeds.sort_unstable();
    seeds.dedup();
    seeds
}

/// Begins or continues the run.
pub(crate) fn open(tier: Tier, place: Place, seeds: Vec<u64>) -> Result<RunWriter> {
    let part = build::part();
    let dir = place.dir.unwrap_or_else(|| {
        let time = part.commands[0].started.replace([':', '-'], "");
        PathBuf::from("runs").join(format!("{time}-{tier}"))
    });
    let start = Start { tier, seeds, part, another_part: place.another_part };
    let run = RunWriter::begin(&dir, &start, &descriptions()?).map_err(|e| match e {
        results::Error::OtherIdentity { .. } => anyhow!(
            "{e}; numbers of two builds or machines are not put together: begin another run, or keep them apart in this one \
             with --another-part"
        ),
        results::Error::NoOtherPart { .. } => anyhow!("{e}; leave --another-part out"),
        other => other.into(),
    })?;
    say::line(format_args!("run: {}", say::one_line(&dir.display().to_string())))?;
    Ok(run)
}

pub(crate) fn train(run: &RunWriter, cells: &[CellSettings]) -> Result<End> {
    let summary = runner::run_all(run, cells, run.manifest().parts[0].threads)?;
    let replaced = match summary.replaced {
        0 => String::new(),
        n => format!(" ({n} in place of files that were not usable)"),
    };
    say::line(format_args!(
        "cells: {} asked for, {} found, {} run{replaced}, {} diverged",
        summary.asked, summary.found, summary.run, summary.diverged
    ))?;
    if summary.interrupted {
        return Ok(interrupted(run));
    }
    Ok(End::Done)
}

pub(crate) fn interrupted(run: &RunWriter) -> End {
    // The end is what counts; whoever reads no more is told by the exit code.
    let _ = say::line(format_args!(
        "interrupted: finished cells are safe; continue with --run {}",
        say::one_line(&run.dir().display().to_string())
    ));
    End::Interrupted
}

pub(crate) fn finish(mut run: RunWriter) -> Result<()> {
    Ok(run.finish(results::utc(std::time::SystemTime::now()))?)
}

/// Everything: benches, cells, verdicts, page. The small tiers train every method once or the few that most people compare; the
/// standard one trains what decides the claims, and the full one both.
pub(crate) fn report(tier: Tier, place: Place, with_benches: bool) -> Result<End> {
    let cells = if tier == Tier::Standard { Vec::new() } else { grid::select(tier, &Filter::default())? };
    let decided = match tier {
        Tier::Standard => claims::standard(),
        Tier::Full => claims::CLAIMS.to_vec(),
        _ => Vec::new(),
    };
    let mut seeds = seeds(&cells);
    seeds.extend(crate::claims::seeds(&decided)?);
    let measured = place.dir.as_ref().is_some_and(|dir| dir.join("throughput.json").exists());
    if with_benches && !measured {
        // A refusal leaves no run behind.
        benches::same_sources()?;
    }
    runner::stop_on_interrupt()?;
    let mut run = open(tier, place, seeds)?;
    // Benches first: they want the machine to themselves.
    if with_benches && run.throughput()?.is_none() && !benches::measure(&mut run, tier)? {
        return Ok(interrupted(&run));
    }
    if train(&run, &cells)? == End::Interrupted {
        return Ok(End::Interrupted);
    }
    if crate::claims::train(&run, &decided)? == End::Interrupted {
        return Ok(End::Interrupted);
    }
    let dir = run.dir().to_owned();
    finish(run)?;
    render(&dir, None)
}

/// Cells only.
pub(crate) fn converge(tier: Tier, place: Place, filter: &Filter) -> Result<End> {
    let cells = grid::select(tier, filter)?;
    runner::stop_on_interrupt()?;
    let run = open(tier, place, seeds(&cells))?;
    let end = train(&run, &cells)?;
    if end == End::Done {
        finish(run)?;
    }
    Ok(end)
}

/// The page of a run.
pub(crate) fn render(run: &Path, out: Option<PathBuf>) -> Result<End> {
    let out = out.unwrap_or_else(|| run.join("page"));
    let page = report::render(run, &out)?;
    say::line(page.display())?;
    Ok(End::Done)
}

/// One cell again.
pub(crate) fn rerun(dir: &Path, id: &str) -> Result<End> {
    let run = Run::open(dir)?;
    let Some(before) = run.cell(id)? else {
        bail!(
            "{} has no cell {id}; its cells are the files in {}",
            dir.display(),
            dir.join("cells").display()
        );
    };
    runner::stop_on_interrupt()?;
    let Some(after) = runner::run_cell(&before.cell)? else { return Ok(End::Interrupted) };
    let same = numbers(&before) == numbers(&after);
    let identity = build::part().identity;
    if let Some(part) = before.identity.as_deref().and_then(|id| run.manifest().part(id)) {
        for (what, was, is) in part.identity.differences(&identity) {
            say::note(format_args!("another {what}: {was} then, {is} now"));
        }
    }
    say::line(format_args!(
        "{} {} at {}, seed {}\nfinal: {:?}, before {:?}\n{}",
        before.cell.workload,
        before.cell.method,
        before.cell.learning_rate,
        before.cell.seed,
        after.final_metric(),
        before.final_metric(),
        if same { "the same numbers, bit for bit" } else { "DIFFERENT numbers" }
    ))?;
    Ok(if same { End::Done } else { End::Different })
}

/// All numbers of a cell but its times, as text: NaN equals NaN there.
pub(crate) fn numbers(record: &results::ConvergenceRecord) -> String {
    let point = |p: &results::CurvePoint| results::CurvePoint { seconds: 0.0, ..*p };
    let curve: Vec<_> = record.curve.iter().map(point).collect();
    format!("{curve:?} {:?} {:?}", record.metrics, record.outcome)
}
