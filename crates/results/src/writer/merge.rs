//! Several runs of one kind, put together into a new one.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use super::{Descriptions, RunWriter, in_words};
use crate::lock::Lock;
use crate::store::{self, io};
use crate::{CellState, ConvergenceRecord, Error, Manifest, Part, Run};

/// A run that is made of others and is not there yet: it is written beside its place and moved there as a whole
/// ([`Merge::finish`]), so that nothing looks like a run that is none. The others are only read.
#[derive(Debug)]
pub struct Merge {
    // Before the writer, so that the folder is removed while its lock is held.
    unfinished: Unfinished,
    writer: RunWriter,
    out: PathBuf,
    /// How many cells it has.
    pub cells: usize,
    /// Files of the runs that are not the cells of their names, and were left out.
    pub left_out: Vec<Error>,
}

/// A folder that is removed unless it was moved away.
#[derive(Debug)]
struct Unfinished {
    dir: PathBuf,
    moved: bool,
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if !self.moved {
            // What stays is cleared by the next merge into the same folder.
            let _ = fs::remove_dir_all(&self.dir);
        }
    }
}

impl Deref for Merge {
    type Target = RunWriter;

    fn deref(&self) -> &RunWriter {
        &self.writer
    }
}

impl Merge {
    /// Puts runs together: their parts once for each identity, their seeds, what they describe, and their cells. Times come from
    /// one of them, `times` where several have some; what probes found from the first that says it; verdicts from none, since other
    /// cells decide otherwise.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`]; [`Error::Unlike`] for runs of other tiers, engines or processors, [`Error::OtherWorkload`],
    /// [`Error::EarlierForm`], [`Error::CellDiffers`]; [`Error::SeveralTimes`] and [`Error::NoTimes`]; [`Error::Locked`] while another
    /// process merges into the same folder; and what a run cannot be read for.
    pub fn of(out: &Path, runs: &[Run], times: Option<&Path>) -> Result<Self, Error> {
        let Some(first) = runs.first() else { return Err(Error::NotARun { path: out.to_owned() }) };
        let taken = || Error::Exists { path: out.to_owned() };
        let name = out.file_name().filter(|_| !out.exists()).ok_or_else(taken)?;
        let manifest = manifest(runs, first)?;
        let from = times_of(runs, times)?;
        let mut about =
            Descriptions { references: first.references()?.unwrap_or_default(), ..Descriptions::default() };
        for run in runs {
            let others = Descriptions {
                methods: run.methods()?.unwrap_or_default(),
                workloads: run.workloads()?.unwrap_or_default(),
                references: String::new(),
            };
            about.add(&others, run.dir())?;
        }
        let (records, left_out) = cells(runs)?;

        let dir = out.with_file_name(format!(".{}.merging", name.to_string_lossy()));
        fs::create_dir_all(&dir).map_err(io(&dir, "create"))?;
        let lock = Lock::take(&dir)?;
        let unfinished = Unfinished { dir: dir.clone(), moved: false };
        clear(&dir)?;
        let mut parts = manifest.parts.clone();
        for part in &mut parts {
            part.throughput = from.is_some_and(|run| {
                let measured = run.manifest.parts.iter().find(|p| p.throughput);
                measured.is_some_and(|p| p.identity.id() == part.identity.id())
            });
        }
        let run = Run::new(dir, Manifest { parts, ..manifest });
        let identity = run.manifest.parts[0].identity.id();
        let writer = RunWriter { run, identity, lock: Some(lock) };
        writer.write_methods(&about.methods)?;
        writer.write_workloads(&about.workloads)?;
        writer.write_references(&about.references)?;
        if let Some(from) = from {
            if let Some(records) = from.throughput()? {
                writer.write("throughput.json", "throughput records", &records)?;
            }
            if let Some(records) = from.peers()? {
                writer.write_peers(&records)?;
            }
            if let Some(records) = from.noise()? {
                writer.write_noise(&records)?;
            }
            if let Some(records) = from.ratios()? {
                writer.write_ratios(&records)?;
            }
        }
        for run in runs {
            if let Some(found) = run.probes()? {
                writer.write_probes(&found)?;
                break;
            }
        }
        store::write_packed(&writer.run.pack_path(), "packed convergence records", &records)?;
        writer.write_manifest()?;
        Ok(Self { unfinished, writer, out: out.to_owned(), cells: records.len(), left_out })
    }

    /// Writes down that it is all there, at this time in UTC, and moves it to its place, which is returned.
    pub fn finish(mut self, time: String) -> Result<PathBuf, Error> {
        self.writer.finish(time)?;
        // Nobody else's place is written over.
        if self.out.exists() {
            return Err(Error::Exists { path: self.out.clone() });
        }
        fs::rename(&self.unfinished.dir, &self.out).map_err(io(&self.out, "create"))?;
        self.unfinished.moved = true;
        Ok(self.out.clone())
    }
}

/// What was timed, on one machine.
const TIMES: [&str; 4] = ["throughput.json", "peers.json", "noise.json", "ratios.json"];

/// The run whose times are kept.
fn times_of<'a>(runs: &'a [Run], named: Option<&Path>) -> Result<Option<&'a Run>, Error> {
    let mut timed = runs.iter().filter(|run| TIMES.iter().any(|name| run.dir.join(name).exists()));
    match (named, timed.next(), timed.next()) {
        (None, Some(first), Some(second)) => {
            Err(Error::SeveralTimes { first: first.dir.clone(), second: second.dir.clone() })
        }
        (None, only, _) => Ok(only),
        (Some(path), first, second) => {
            let found = first.into_iter().chain(second).chain(timed).find(|run| run.dir == path);
            found.map(Some).ok_or_else(|| Error::NoTimes { path: path.to_owned() })
        }
    }
}

/// The manifest of all runs, which must be of one tier, one engine and one kind of processor.
fn manifest(runs: &[Run], first: &Run) -> Result<Manifest, Error> {
    let unlike = |run: &Run, differences| Error::Unlike {
        path: run.dir.clone(),
        first: first.dir.clone(),
        differences,
    };
    let tier = first.manifest.tier;
    for run in runs {
        if run.manifest.earlier_form {
            return Err(Error::EarlierForm { path: run.dir.clone() });
        }
        if run.manifest.tier != tier {
            return Err(unlike(run, format!("tier {tier}, got {}", run.manifest.tier)));
        }
    }
    // Whoever has most parts first: a part that says whose bits it gives stands after that one.
    let mut by_parts: Vec<&Run> = runs.iter().collect();
    by_parts.sort_by_key(|run| Reverse(run.manifest.parts.len()));
    let mut parts: Vec<Part> = Vec::new();
    for part in by_parts.iter().flat_map(|run| &run.manifest.parts) {
        match parts.iter_mut().find(|known| known.identity.id() == part.identity.id()) {
            None => parts.push(part.clone()),
            Some(known) => add_part(known, part),
        }
    }
    let mut seeds: Vec<u64> = runs.iter().flat_map(|run| &run.manifest.seeds).copied().collect();
    seeds.sort_unstable();
    seeds.dedup();
    let started = runs.iter().map(|run| &run.manifest.started).min().cloned().unwrap_or_default();
    let all = Manifest { tier, started, finished: None, seeds, parts, shard: None, earlier_form: false };
    let root = |part: &Part| all.part_number(Some(&part.identity.id()));
    let beginning = &first.manifest.parts[0];
    for run in runs {
        if let Some(other) = run.manifest.parts.iter().find(|part| root(part) != root(beginning)) {
            return Err(unlike(run, in_words(&beginning.identity.differences(&other.identity))));
        }
    }
    Ok(all)
}

/// Adds the commands and notes of a part that another run has too.
fn add_part(known: &mut Part, same: &Part) {
    for command in &same.commands {
        match known.commands.iter_mut().find(|c| c.words == command.words) {
            None => known.commands.push(command.clone()),
            Some(c) => c.started = c.started.clone().min(command.started.clone()),
        }
    }
    if known.declared.is_empty() {
        known.declared.clone_from(&same.declared);
    }
    known.commands.sort_by(|a, b| a.started.cmp(&b.started));
    for note in &same.notes {
        if !known.notes.contains(note) {
            known.notes.push(note.clone());
        }
    }
}

/// The cells of all runs, by id, each once; and what is not the cell of its name.
fn cells(runs: &[Run]) -> Result<(Vec<ConvergenceRecord>, Vec<Error>), Error> {
    let (mut found, mut left_out) = (BTreeMap::<String, (&Run, ConvergenceRecord)>::new(), Vec::new());
    for run in runs {
        let ids = run.cell_ids()?;
        let states = run.cell_states(ids.iter().map(String::as_str))?;
        for (id, state) in ids.into_iter().zip(states) {
            let record = match state {
                CellState::Whole => run.cell(&id)?,
                CellState::Absent => None,
                CellState::Unusable(why) => {
                    left_out.push(why);
                    None
                }
            };
            let Some(record) = record else { continue };
            let Some((other, before)) = found.get(&id) else {
                found.insert(id, (run, record));
                continue;
            };
            if let Some((what, values)) = before.first_difference(&record) {
                let (first, second) = (other.dir.clone(), run.dir.clone());
                return Err(Error::CellDiffers { cell: id, first, second, what, values: values.into() });
            }
        }
    }
    Ok((found.into_values().map(|(_, record)| record).collect(), left_out))
}

/// Removes what a merge that was killed has left, all but the lock that is held.
fn clear(dir: &Path) -> Result<(), Error> {
    for entry in fs::read_dir(dir).map_err(io(dir, "list"))? {
        let path = entry.map_err(io(dir, "list"))?.path();
        if path.file_name().is_some_and(|name| name == Lock::FILE) {
            continue;
        }
        let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.map_err(io(&path, "remove"))?;
    }
    Ok(())
}
