//! Whether a run that is kept is still what this build would measure.

use std::path::Path;

use anyhow::{Result, bail};
use bench::experiment::runner;
use bench::provenance;
use results::{ConvergenceRecord, Run};

use crate::build::BUILD;
use crate::run::{End, numbers};
use crate::say;

/// Trains some cells of a run again, the cheapest of each workload first, and compares them bit for bit. A run of another engine is
/// stale without training anything. On another processor than the run's the last bits of a matrix product differ, so there the
/// engine is all that is compared, and that is said.
pub(crate) fn verify(dir: &Path, count: usize) -> Result<End> {
    let run = Run::open(dir)?;
    let here = provenance::part(&BUILD).identity;
    for part in &run.manifest().parts {
        let was = &part.identity;
        if was.engine != here.engine {
            let was = if was.engine.is_empty() { "one that it does not name" } else { &was.engine };
            say::line(format_args!(
                "STALE: {} was trained by another engine, {was}; this one is {}. Train it anew.",
                dir.display(),
                here.engine
            ))?;
            return Ok(End::Different);
        }
        if (&was.cpu, &was.instruction_set) != (&here.cpu, &here.instruction_set) {
            say::line(format_args!(
                "the same engine; its cells are not trained again, since they are of another processor, {}",
                was.cpu
            ))?;
            return Ok(End::Done);
        }
    }
    let cells = run.contents()?.cells;
    if cells.is_empty() {
        bail!("{} has no cells to be trained again", dir.display());
    }
    runner::stop_on_interrupt()?;
    for before in cheapest(&cells, count) {
        let Some(after) = runner::run_cell(&before.cell)? else { return Ok(End::Interrupted) };
        if numbers(before) != numbers(&after) {
            say::line(format_args!("STALE: {} has other numbers now; normlab rerun shows them", before.id))?;
            return Ok(End::Different);
        }
    }
    say::line(format_args!("the same engine, and {} cells have the same bits", count.min(cells.len())))?;
    Ok(End::Done)
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
