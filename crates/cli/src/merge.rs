//! Several runs put together.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail};
use results::{CellSettings, Merge, Part, Run, Tier};

use crate::claims::{Cells, decide};
use crate::run::{End, of_tier, render};
use crate::{build, say};

/// Puts runs together into a new one, with verdicts and page, and says what its tier still lacks.
pub(crate) fn merge(out: &Path, dirs: &[PathBuf], throughput: Option<&Path>) -> Result<End> {
    let runs: Vec<Run> = dirs.iter().map(Run::open).collect::<Result<_, _>>()?;
    let here = build::part().identity;
    let other = |run: &&Run| run.manifest().parts.iter().all(|part| part.identity.engine != here.engine);
    if let Some(other) = runs.iter().find(other) {
        // Its probes and verdicts would be of this engine, its cells of the other.
        bail!(
            "{}: measured by another engine than that of this build, {}; merge runs with the build that measured them",
            other.dir().display(),
            here.engine
        );
    }
    let merged = Merge::of(out, &runs, throughput).map_err(|e| match e {
        results::Error::SeveralTimes { .. } => anyhow!("{e}, with --throughput <run>"),
        other => other.into(),
    })?;
    for why in &merged.left_out {
        say::note(format_args!("not usable, left out: {why}"));
    }
    // Probes are no part of the engine: another commit may look for something else.
    let same = |part: &Part| (&part.identity.commit, &part.identity.changes) == (&here.commit, &here.changes);
    let kept = merged.probes()?.filter(|_| merged.manifest().parts.iter().all(same));
    decide(&merged, &kept.unwrap_or_else(probes::all), &[])?;
    let (tier, cells) = (merged.manifest().tier, merged.cells);
    let next = next(tier, &merged)?;
    let out = merged.finish(results::utc(std::time::SystemTime::now()))?;
    let name = say::one_line(&out.display().to_string());
    say::line(format_args!("run: {name}\ncells: {cells}, of {} runs", runs.len()))?;
    let go_on = if next == 0 { String::new() } else { format!("; shards go on with --from {name}") };
    say::line(format_args!("{next} cells of the {tier} tier come next{go_on}"))?;
    render(&out, None)
}

/// How many cells of its tier a run would be given next.
fn next(tier: Tier, run: &Run) -> Result<usize> {
    let (cells, claims) = of_tier(tier)?;
    let known = Cells::of(run)?;
    let wanted = cells.into_iter().chain(claims::next(&claims, &known)?);
    let ids: BTreeSet<String> =
        wanted.map(|cell: CellSettings| cell.id()).filter(|id| !known.has(id)).collect();
    Ok(ids.len())
}
