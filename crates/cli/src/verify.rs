//! Whether a run that is kept is still what this build would measure.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, bail};
use bench::experiment::runner;
use results::{ConvergenceRecord, Identity, Part, Run, RunWriter, SameBits, Start};

use crate::build;
use crate::run::{End, descriptions, finish, numbers};
use crate::say;

/// Trains some cells of a run again, the cheapest of each workload first, and compares them bit for bit. A run of another engine is
/// stale without training anything, unless it says that this engine gives the same bits. On another processor than the run's the
/// last bits of a matrix product differ, so there the engine is all that is compared, and that is said.
pub(crate) fn verify(dir: &Path, count: usize) -> Result<End> {
    let run = Run::open(dir)?;
    let here = build::part().identity;
    let manifest = run.manifest();
    let root = |part: &Part| manifest.part_number(Some(&part.identity.id()));
    let known = manifest.parts.iter().find(|part| part.identity.engine == here.engine);
    if let Some(other) =
        manifest.parts.iter().find(|part| known.is_none_or(|known| root(known) != root(part)))
    {
        let was = &other.identity.engine;
        let was = if was.is_empty() { "one that it does not name" } else { was };
        say::line(format_args!(
            "STALE: {} was trained by another engine, {was}; this one is {}. Train it anew, or see by --extend whether it gives \
             the same bits.",
            dir.display(),
            here.engine
        ))?;
        return Ok(End::Different);
    }
    if let Some(was) = other_processor(&run, &here) {
        say::line(format_args!(
            "the same engine; its cells are not trained again, since they are of another processor, {was}"
        ))?;
        return Ok(End::Done);
    }
    let cells = run.contents()?.cells;
    if cells.is_empty() {
        bail!("{} has no cells to be trained again", dir.display());
    }
    runner::stop_on_interrupt()?;
    let chosen = cheapest(&cells, count);
    match again(&chosen, 1)? {
        Again::Same => {}
        Again::Different(id) => return different(&id),
        Again::Interrupted => return Ok(End::Interrupted),
    }
    say::line(format_args!("the same engine, and {} cells have the same bits", chosen.len()))?;
    Ok(End::Done)
}

/// Trains one cell of each arm again, and where all have the same bits writes into the run that this build gives them: then it may
/// be continued by this build, and its cells stand side by side.
pub(crate) fn extend(dir: &Path) -> Result<End> {
    let run = Run::open(dir)?;
    let part = build::part();
    let manifest = run.manifest();
    if let Some(was) = other_processor(&run, &part.identity) {
        bail!(
            "{} was measured on another processor, {was}, whose last bits differ: extend it there",
            dir.display()
        );
    }
    if manifest.part(&part.identity.id()).is_some() {
        say::line(format_args!("{} knows this engine already", dir.display()))?;
        return Ok(End::Done);
    }
    let cells = run.contents()?.cells;
    let mut arms: BTreeMap<String, &ConvergenceRecord> = BTreeMap::new();
    for cell in &cells {
        let c = &cell.cell;
        let arm = format!("{:?}", (&c.workload, &c.method, &c.variant, c.batch_size, c.epochs, &c.settings));
        let kept = arms.entry(arm).or_insert(cell);
        if cell.wall_seconds < kept.wall_seconds {
            *kept = cell;
        }
    }
    let chosen: Vec<&ConvergenceRecord> = arms.into_values().collect();
    let Some(first) = chosen.first() else { bail!("{} has no cells to be trained again", dir.display()) };
    let identity = first.identity.clone().unwrap_or_default();
    runner::stop_on_interrupt()?;
    match again(&chosen, part.threads)? {
        Again::Same => {}
        Again::Different(id) => return different(&id),
        Again::Interrupted => return Ok(End::Interrupted),
    }
    let ids: Vec<String> = chosen.iter().map(|cell| cell.id.clone()).collect();
    let said = format!(
        "one cell of each of {} arms has the same bits: {} may be continued",
        ids.len(),
        dir.display()
    );
    let part = Part { same_bits_as: Some(SameBits { identity, cells: ids }), ..part };
    let start =
        Start { tier: manifest.tier, seeds: Vec::new(), part, another_part: true, shard: manifest.shard };
    let about = descriptions(cells.iter().map(|cell| &cell.cell))?;
    finish(RunWriter::begin(dir, &start, &about)?)?;
    say::line(format_args!("{said}"))?;
    Ok(End::Done)
}

/// A processor of the run that this one is not.
fn other_processor(run: &Run, here: &Identity) -> Option<String> {
    let other = |part: &&Part| {
        (&part.identity.cpu, &part.identity.instruction_set) != (&here.cpu, &here.instruction_set)
    };
    run.manifest().parts.iter().find(other).map(|part| part.identity.cpu.clone())
}

fn different(id: &str) -> Result<End> {
    say::line(format_args!("STALE: {id} has other numbers now; normlab rerun shows them"))?;
    Ok(End::Different)
}

/// What training cells again showed.
enum Again {
    Same,
    Different(String),
    Interrupted,
}

/// Trains cells again, so many at once.
fn again(cells: &[&ConvergenceRecord], workers: usize) -> Result<Again> {
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || -> Result<Again> {
        while let Some(before) = cells.get(next.fetch_add(1, Ordering::SeqCst)) {
            let Some(after) = runner::run_cell(&before.cell)? else { return Ok(Again::Interrupted) };
            if !same(before, &after) {
                next.store(cells.len(), Ordering::SeqCst);
                return Ok(Again::Different(before.id.clone()));
            }
        }
        Ok(Again::Same)
    };
    std::thread::scope(|scope| {
        for _ in 0..workers.max(1) {
            scope.spawn(|| {
                let done = work();
                found.lock().unwrap_or_else(PoisonError::into_inner).push(done);
            });
        }
    });
    let mut all = Again::Same;
    for one in found.into_inner().unwrap_or_else(PoisonError::into_inner) {
        match one? {
            Again::Same => {}
            other => all = other,
        }
    }
    Ok(all)
}

/// Whether all numbers of a cell are there again, its times aside. A later build may say more of it.
fn same(before: &ConvergenceRecord, after: &ConvergenceRecord) -> bool {
    let kept = after.metrics.iter().filter(|(name, _)| before.metrics.contains_key(*name));
    let metrics = kept.map(|(name, value)| (name.clone(), *value)).collect();
    numbers(before) == numbers(&ConvergenceRecord { metrics, ..after.clone() })
}

/// So many cells, the cheapest of each workload before the second of any.
fn cheapest(cells: &[ConvergenceRecord], count: usize) -> Vec<&ConvergenceRecord> {
    let mut by_cost: Vec<&ConvergenceRecord> = cells.iter().collect();
    by_cost.sort_by(|a, b| a.wall_seconds.total_cmp(&b.wall_seconds).then_with(|| a.id.cmp(&b.id)));
    let earlier = |cell: &&ConvergenceRecord| {
        by_cost
            .iter()
            .take_while(|other| other.id != cell.id)
            .filter(|o| o.cell.workload == cell.cell.workload)
            .count()
    };
    let mut ranked: Vec<(usize, &ConvergenceRecord)> =
        by_cost.iter().map(|cell| (earlier(cell), *cell)).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().take(count).map(|(_, cell)| cell).collect()
}
