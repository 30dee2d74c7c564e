//! Beginning, continuing and writing a run.

use std::fs;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::lock::Lock;
use crate::store::{self, io};
use crate::{
    AdviceRecord, ConvergenceRecord, ErratumRecord, Error, Manifest, MethodRecord, NoiseRecord, Part,
    PeerRecord, ProbeRecord, RatioRecord, Run, ThroughputRecord, Tier, VerdictRecord, WorkloadRecord,
};

/// What a run says of methods and workloads. It is written once, before the manifest.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Descriptions {
    /// Everything a cell or a benchmark may name as a method.
    pub methods: Vec<MethodRecord>,
    /// Everything a cell may name as a workload.
    pub workloads: Vec<WorkloadRecord>,
    /// The bibliography that citation keys point into, as BibTeX.
    pub references: String,
}

/// A command that is about to measure.
#[derive(Debug, Clone, PartialEq)]
pub struct Start {
    /// How much is measured.
    pub tier: Tier,
    /// The seeds of this command.
    pub seeds: Vec<u64>,
    /// Build, machine and, as its only command, this one.
    pub part: Part,
    /// Whether a run of another build or machine is continued as a part of its own instead of being refused.
    pub another_part: bool,
}

/// A run that is written: by one process at a time, from any number of its threads, atomically file by file.
#[derive(Debug)]
pub struct RunWriter {
    run: Run,
    identity: String,
    _lock: Lock,
}

impl Deref for RunWriter {
    type Target = Run;

    fn deref(&self) -> &Run {
        &self.run
    }
}

impl RunWriter {
    /// Begins a run, or continues the one that is there.
    ///
    /// A new run holds its descriptions before its manifest, and without a manifest it is no run: one that was
    /// stopped before is begun again. One that is continued gets the command and its seeds into its manifest, and
    /// into its descriptions what only this build knows.
    ///
    /// # Errors
    ///
    /// [`Error::Locked`] while another process writes; [`Error::Tier`], [`Error::OtherIdentity`],
    /// [`Error::OtherWorkload`] and [`Error::EarlierForm`] for a run that cannot take these numbers; [`Error::NoOtherPart`] where
    /// there is nothing to be kept apart from;
    /// [`Error::CellsWithoutManifest`] for cells of which nobody knows what measured them.
    pub fn begin(dir: impl Into<PathBuf>, start: &Start, about: &Descriptions) -> Result<Self, Error> {
        let dir = dir.into();
        if start.another_part && !dir.join("manifest.json").exists() {
            return Err(Error::NoOtherPart { path: dir });
        }
        let cells = dir.join("cells");
        fs::create_dir_all(&cells).map_err(io(&cells, "create"))?;
        let lock = Lock::take(&dir)?;
        for folder in [&dir, &cells] {
            store::remove_leftovers(folder)?;
        }
        let identity = start.part.identity.id();
        let mut writer = match Run::open(&dir) {
            Ok(run) => {
                let mut writer = Self { run, identity, _lock: lock };
                writer.continue_with(start, about)?;
                writer
            }
            Err(Error::NotARun { path }) => {
                let manifest = Manifest {
                    tier: start.tier,
                    started: start.part.commands.first().map_or_else(String::new, |c| c.started.clone()),
                    finished: None,
                    seeds: Vec::new(),
                    parts: vec![start.part.clone()],
                    earlier_form: false,
                };
                let writer = Self { run: Run::new(dir, manifest), identity, _lock: lock };
                if !writer.cell_ids()?.is_empty() {
                    return Err(Error::CellsWithoutManifest { path });
                }
                writer.write_methods(&about.methods)?;
                writer.write_workloads(&about.workloads)?;
                writer.write_references(&about.references)?;
                writer
            }
            Err(other) => return Err(other),
        };
        let manifest = &mut writer.run.manifest;
        manifest.seeds.extend(&start.seeds);
        manifest.seeds.sort_unstable();
        manifest.seeds.dedup();
        manifest.finished = None;
        writer.write_manifest()?;
        Ok(writer)
    }

    fn continue_with(&mut self, start: &Start, about: &Descriptions) -> Result<(), Error> {
        let path = || self.run.dir.clone();
        let manifest = &self.run.manifest;
        if manifest.tier != start.tier {
            return Err(Error::Tier { path: path(), expected: manifest.tier, got: start.tier });
        }
        if manifest.earlier_form {
            return Err(Error::EarlierForm { path: path() });
        }
        if manifest.part(&self.identity).is_none() {
            if !start.another_part {
                let first = &manifest.parts[0].identity;
                let differences = first.differences(&start.part.identity);
                return Err(Error::OtherIdentity { path: path(), differences: in_words(&differences) });
            }
            self.add_descriptions(about)?;
            self.run.manifest.parts.push(start.part.clone());
            return Ok(());
        }
        if start.another_part && manifest.parts.len() == 1 {
            return Err(Error::NoOtherPart { path: path() });
        }
        // Two builds whose commit nobody knows have one identity, and need not know the same methods and workloads.
        self.add_descriptions(about)?;
        for part in self.run.manifest.parts.iter_mut().filter(|part| part.identity.id() == self.identity) {
            if part.identity.commit != start.part.identity.commit {
                let note =
                    format!("continued at commit {}, whose engine is the same", start.part.identity.commit);
                if !part.notes.contains(&note) {
                    part.notes.push(note);
                }
            }
            for command in &start.part.commands {
                if !part.commands.iter().any(|known| known.words == command.words) {
                    part.commands.push(command.clone());
                }
            }
        }
        Ok(())
    }

    /// Another build may know more methods and workloads. What it knows differently is refused: a cell is judged by the
    /// target that its run declares.
    fn add_descriptions(&self, about: &Descriptions) -> Result<(), Error> {
        let mut workloads = self.workloads()?.unwrap_or_default();
        for new in &about.workloads {
            match workloads.iter_mut().find(|known| known.id == new.id) {
                None => workloads.push(new.clone()),
                // What a later build trains was refused by the earlier one.
                Some(known) if known.target == new.target => {
                    known.refuses.retain(|method, _| new.refuses.contains_key(method));
                }
                Some(_) => {
                    return Err(Error::OtherWorkload {
                        path: self.run.dir.clone(),
                        workload: new.id.clone(),
                    });
                }
            }
        }
        let mut methods = self.methods()?.unwrap_or_default();
        for new in &about.methods {
            if !methods.iter().any(|known| known.id == new.id) {
                methods.push(new.clone());
            }
        }
        self.write_methods(&methods)?;
        self.write_workloads(&workloads)
    }

    /// Writes one cell; its id must be that of its settings ([`Error::CellId`]). It gets the identity of this writer.
    /// Returns the file.
    pub fn write_cell(&self, record: &ConvergenceRecord) -> Result<PathBuf, Error> {
        let id = record.cell.id();
        let path = self.cell_path(&id);
        if record.id != id {
            return Err(Error::CellId { path, expected: id, got: record.id.clone() });
        }
        let record = ConvergenceRecord { identity: Some(self.identity.clone()), ..record.clone() };
        store::write(&path, "a convergence record", &record)?;
        Ok(path)
    }

    /// Replaces what is known about the methods.
    pub fn write_methods(&self, records: &[MethodRecord]) -> Result<(), Error> {
        self.write("methods.json", "method records", records)
    }

    /// Replaces what the workloads are.
    pub fn write_workloads(&self, records: &[WorkloadRecord]) -> Result<(), Error> {
        self.write("workloads.json", "workload records", records)
    }

    /// Replaces the bibliography: with it a run explains itself wherever it is taken.
    pub fn write_references(&self, bibliography: &str) -> Result<(), Error> {
        store::replace_file(&self.run.dir.join("references.bib"), bibliography.as_bytes())
    }

    /// Writes the throughput measurements, and in the manifest that they are of this writer's part.
    pub fn write_throughput(&mut self, records: &[ThroughputRecord]) -> Result<(), Error> {
        self.write("throughput.json", "throughput records", records)?;
        for part in &mut self.run.manifest.parts {
            part.throughput = part.identity.id() == self.identity;
        }
        self.write_manifest()
    }

    /// Writes the measurements of other frameworks.
    pub fn write_peers(&self, records: &[PeerRecord]) -> Result<(), Error> {
        self.write("peers.json", "peer records", records)
    }

    /// Writes the noise floor.
    pub fn write_noise(&self, records: &[NoiseRecord]) -> Result<(), Error> {
        self.write("noise.json", "noise records", records)
    }

    /// Writes how much longer one thing takes than another.
    pub fn write_ratios(&self, records: &[RatioRecord]) -> Result<(), Error> {
        self.write("ratios.json", "ratios of times", records)
    }

    /// Writes what probes found.
    pub fn write_probes(&self, records: &[ProbeRecord]) -> Result<(), Error> {
        self.write("probes.json", "probe records", records)
    }

    /// Writes what the run says to the claims.
    pub fn write_verdicts(&self, records: &[VerdictRecord]) -> Result<(), Error> {
        self.write("verdicts.json", "verdicts", records)
    }

    /// Writes which method a need asks for.
    pub fn write_advice(&self, records: &[AdviceRecord]) -> Result<(), Error> {
        self.write("advice.json", "advice", records)
    }

    /// Writes what published code does differently.
    pub fn write_errata(&self, records: &[ErratumRecord]) -> Result<(), Error> {
        self.write("errata.json", "errata", records)
    }

    /// Writes down that all that was asked for is there, at this time in UTC.
    ///
    /// # Errors
    ///
    /// [`Error::Removed`] where the manifest is gone: then it is not all there.
    pub fn finish(&mut self, time: String) -> Result<(), Error> {
        let path = self.run.dir.join("manifest.json");
        if !path.exists() {
            return Err(Error::Removed { path });
        }
        self.run.manifest.finished = Some(time);
        self.write_manifest()
    }

    fn write_manifest(&self) -> Result<(), Error> {
        store::write(&self.run.dir.join("manifest.json"), "a manifest", &self.run.manifest)
    }

    fn write<T: Serialize>(&self, name: &str, kind: &'static str, records: &[T]) -> Result<(), Error> {
        store::write(&self.run.dir.join(name), kind, records)
    }
}

/// Writes measurements of other frameworks into a run that is there, while nobody else writes it ([`Error::Locked`]).
pub fn add_peers(dir: &Path, records: &[PeerRecord]) -> Result<(), Error> {
    let run = Run::open(dir)?;
    let _lock = Lock::take(dir)?;
    store::write(&run.dir.join("peers.json"), "peer records", records)
}

/// Packs the cells of a finished run into one file, a tenth as large, and removes theirs; how many there are. Whoever reads the run
/// sees no difference, and a run that is continued writes new cells beside it.
///
/// # Errors
///
/// [`Error::Locked`] while another process writes; [`Error::Io`], and every problem of a cell's file: nothing was removed then.
pub fn pack(dir: &Path) -> Result<usize, Error> {
    let run = Run::open(dir)?;
    let _lock = Lock::take(dir)?;
    let mut records = Vec::new();
    for id in run.cell_ids()? {
        records.extend(run.cell(&id)?);
    }
    store::write_packed(&run.pack_path(), "packed convergence records", &records)?;
    for id in run.loose_ids()? {
        let path = run.cell_path(&id);
        fs::remove_file(&path).map_err(io(&path, "remove"))?;
    }
    Ok(records.len())
}

fn in_words(differences: &[(&str, String, String)]) -> String {
    let one = |(what, expected, got): &(&str, String, String)| {
        let show = |v: &str| if v.is_empty() { "none".to_owned() } else { v.chars().take(40).collect() };
        format!("{what} {}, got {}", show(expected), show(got))
    };
    differences.iter().map(one).collect::<Vec<_>>().join("; ")
}
