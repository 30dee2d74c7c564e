//! Making a run: cells, benches, records, page.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use bench::catalogue::methods;
use bench::experiment::grid::{self, Filter};
use bench::experiment::runner;
use bench::experiment::workloads::{DOWNLOADED, WORKLOADS};
use bench::provenance;
use claims::Claim;
use results::{CellSettings, Descriptions, Run, RunWriter, Tier};

use crate::claims::{decide, time_in_turns, train_until_decided};
use crate::place::{Place, open, own};
use crate::{benches, build, say};

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

/// What a run of these cells says of methods and workloads. One whose data are downloaded is described where a cell needs it.
pub(crate) fn descriptions<'a>(cells: impl IntoIterator<Item = &'a CellSettings>) -> Result<Descriptions> {
    let named: BTreeSet<&str> = cells.into_iter().map(|cell| cell.workload.as_str()).collect();
    let downloaded = DOWNLOADED.iter().filter(|w| named.contains(w.id));
    Ok(Descriptions {
        methods: methods::records(),
        workloads: WORKLOADS.iter().chain(downloaded).map(|w| w.record()).collect::<Result<_, _>>()?,
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

pub(crate) fn train(run: &RunWriter, cells: &[CellSettings]) -> Result<End> {
    let threads = if run.leads() {
        run.manifest().parts[0].threads
    } else {
        // The run says how many cores the machine has that began it.
        std::thread::available_parallelism().map_or(1, Into::into)
    };
    let summary = runner::run_all(run, cells, threads)?;
    let replaced = match summary.replaced {
        0 => String::new(),
        n => format!(" ({n} in place of files that were not usable)"),
    };
    let elsewhere = match summary.elsewhere {
        0 => String::new(),
        n => format!(", {n} run by other processes"),
    };
    say::line(format_args!(
        "cells: {} asked for, {} found, {} run{replaced}{elsewhere}, {} diverged",
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

/// What a tier trains: cells of its own, and what decides claims. The small tiers train every method once or the few that most
/// people compare; the standard one trains what decides the claims, and the full one both.
pub(crate) fn of_tier(tier: Tier) -> Result<(Vec<CellSettings>, Vec<&'static Claim>)> {
    let cells = if tier == Tier::Standard { Vec::new() } else { grid::select(tier, &Filter::default())? };
    let decided = match tier {
        Tier::Standard => claims::standard(),
        Tier::Full => claims::CLAIMS.to_vec(),
        _ => Vec::new(),
    };
    Ok((cells, decided))
}

/// Everything: benches, cells, verdicts, page.
pub(crate) fn report(tier: Tier, place: Place, with_benches: bool) -> Result<End> {
    let (cells, decided) = of_tier(tier)?;
    let mut seeds = seeds(&cells);
    seeds.extend(crate::claims::seeds(&decided)?);
    let measured = place.dir.as_ref().is_some_and(|dir| dir.join("throughput.json").exists());
    let with_benches = with_benches && place.share.takes_times();
    if with_benches && !measured {
        // A refusal leaves no run behind.
        benches::same_sources()?;
    }
    let earlier = place.share.earlier(tier)?;
    runner::stop_on_interrupt()?;
    let mut run = open(tier, place, seeds, &cells)?;
    // Benches first: they want the machine to themselves.
    if with_benches && run.throughput()?.is_none() && !benches::measure(&mut run, tier)? {
        return Ok(interrupted(&run));
    }
    if train(&run, &own(&run, &earlier.lacks(cells)))? == End::Interrupted {
        return Ok(End::Interrupted);
    }
    if train_until_decided(&run, &decided, &earlier)? == End::Interrupted {
        return Ok(End::Interrupted);
    }
    conclude(run, &decided)
}

/// Ends a run whose cells are there: verdicts and page, except where it is a shard, or where the process that this one has joined
/// still writes it.
pub(crate) fn conclude(run: RunWriter, claims: &[&Claim]) -> Result<End> {
    let Some(run) = run.lead()? else {
        say_memory();
        say::line("all cells are there; verdicts and page come from the process that this one has joined")?;
        return Ok(End::Done);
    };
    if let Some(shard) = run.manifest().shard {
        if shard.is_first() && run.probes()?.is_none() {
            // One machine is enough, and every merge would do it again.
            run.write_probes(&probes::all())?;
        }
        finish(run)?;
        say_memory();
        say::line(format_args!("shard {shard} is done; `merge` puts shards together, decides and renders"))?;
        return Ok(End::Done);
    }
    if time_in_turns(&run, claims)? == End::Interrupted {
        return Ok(End::Interrupted);
    }
    decide(&run, &probes::all(), &[])?;
    let dir = run.dir().to_owned();
    finish(run)?;
    let end = render(&dir, None)?;
    say_memory();
    Ok(end)
}

/// What this process took at most, where the system tells.
fn say_memory() {
    if let Some(bytes) = provenance::peak_memory_bytes() {
        say::note(format_args!("peak memory: {} MiB", bytes >> 20));
    }
}

/// Cells only.
pub(crate) fn converge(tier: Tier, place: Place, filter: &Filter) -> Result<End> {
    let cells = grid::select(tier, filter)?;
    let earlier = place.share.earlier(tier)?;
    runner::stop_on_interrupt()?;
    let run = open(tier, place, seeds(&cells), &cells)?;
    let end = train(&run, &own(&run, &earlier.lacks(cells)))?;
    if end == End::Done
        && let Some(run) = run.lead()?
    {
        finish(run)?;
    }
    Ok(end)
}

/// The page of a run.
pub(crate) fn render(run: &Path, out: Option<PathBuf>) -> Result<End> {
    if let Some(shard) = Run::open(run)?.manifest().shard {
        bail!(
            "{}: this is shard {shard} of a run, and a page would compare what happens to be in it; merge the shards",
            run.display()
        );
    }
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
