//! Which run a command writes, and which of its cells.

use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use clap::Args;
use results::{CellSettings, Run, RunWriter, Shard, Start, Tier};

use crate::claims::Cells;
use crate::run::descriptions;
use crate::{build, say};

/// The run of a command.
pub(crate) struct Place {
    /// Its folder, or one of the time and tier under `runs/`.
    pub(crate) dir: Option<PathBuf>,
    /// Whether a run of another build or machine is continued as a part of its own.
    pub(crate) another_part: bool,
    /// How it is shared with other processes.
    pub(crate) share: Share,
}

/// How a run is shared between processes; docs/many-machines.md says when which.
#[derive(Default, Args)]
pub(crate) struct Share {
    /// Train one share of the cells, into a run of its own: 1/4 is the first of four. `merge` puts the shares together.
    #[arg(long, value_name = "I/N", requires = "run")]
    pub(crate) shard: Option<Shard>,
    /// With --shard: a merged run, whose cells are not trained again.
    #[arg(long, value_name = "RUN", requires = "shard")]
    pub(crate) from: Option<PathBuf>,
    /// Write the run together with the process that is writing it, cell by cell; begin it where none is.
    #[arg(long, requires = "run", conflicts_with_all = ["shard", "another_part"])]
    pub(crate) join: bool,
}

impl Share {
    /// Whether this process takes the times of a run: one alone does, and none while others train.
    pub(crate) fn takes_times(&self) -> bool {
        !self.join && self.shard.is_none_or(Shard::is_first)
    }

    /// The cells of the run that is gone on from.
    pub(crate) fn earlier(&self, tier: Tier) -> Result<Cells> {
        let Some(dir) = &self.from else { return Ok(Cells::default()) };
        let run = Run::open(dir)?;
        let manifest = run.manifest();
        if manifest.tier != tier {
            bail!(
                "{}: --from takes a run of the same tier, {tier}; this one is {}",
                dir.display(),
                manifest.tier
            );
        }
        let here = build::part().identity;
        if manifest.part(&here.id()).is_none() {
            let differences = manifest.parts[0].identity.differences(&here);
            let what = differences.iter().map(|(what, _, _)| *what).collect::<Vec<_>>().join(", ");
            bail!(
                "{}: --from takes a run of this build and kind of machine; this one has another {what}",
                dir.display()
            );
        }
        Cells::of(&run)
    }
}

/// Those of some cells that a run is to have: all, or those of its shard.
pub(crate) fn own(run: &Run, cells: &[CellSettings]) -> Vec<CellSettings> {
    let shard = run.manifest().shard;
    cells.iter().filter(|cell| shard.is_none_or(|shard| shard.holds(cell))).cloned().collect()
}

/// Begins, continues or joins the run, for these cells among others.
pub(crate) fn open(tier: Tier, place: Place, seeds: Vec<u64>, cells: &[CellSettings]) -> Result<RunWriter> {
    let part = build::part();
    let dir = place.dir.unwrap_or_else(|| {
        let time = part.commands[0].started.replace([':', '-'], "");
        PathBuf::from("runs").join(format!("{time}-{tier}"))
    });
    let start = Start { tier, seeds, part, another_part: place.another_part, shard: place.share.shard };
    let about = descriptions(cells)?;
    let run = if place.share.join {
        RunWriter::join(&dir, &start, &about)
    } else {
        RunWriter::begin(&dir, &start, &about)
    };
    let run = run.map_err(|e| match e {
        results::Error::OtherIdentity { .. } => anyhow!(
            "{e}; numbers of two builds or machines are not put together: begin another run, or keep them apart in this one \
             with --another-part"
        ),
        results::Error::NoOtherPart { .. } => anyhow!("{e}; leave --another-part out"),
        results::Error::Locked { .. } => anyhow!("{e}, or write it together with that command, both with --join"),
        other => other.into(),
    })?;
    let joined = if run.leads() { "" } else { ", which another process writes too" };
    say::line(format_args!("run: {}{joined}", say::one_line(&dir.display().to_string())))?;
    Ok(run)
}
