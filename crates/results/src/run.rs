//! A run folder.

use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::{self, io};
use crate::{
    ConvergenceRecord, Error, Manifest, MethodRecord, NoiseRecord, PeerRecord, ThroughputRecord,
    WorkloadRecord,
};

/// An open run: a folder and its manifest. Writing is atomic file by file and may come from several threads.
#[derive(Debug, Clone)]
pub struct Run {
    dir: PathBuf,
    manifest: Manifest,
}

impl Run {
    /// Makes a new run; the folder may exist but must not hold a run yet ([`Error::RunExists`]).
    pub fn create(dir: impl Into<PathBuf>, manifest: Manifest) -> Result<Self, Error> {
        let dir = dir.into();
        let path = dir.join("manifest.json");
        if path.exists() {
            return Err(Error::RunExists { path: dir });
        }
        let cells = dir.join("cells");
        fs::create_dir_all(&cells).map_err(io(&cells, "create"))?;
        store::write(&path, "a manifest", &manifest)?;
        Ok(Self { dir, manifest })
    }

    /// Opens a run; [`Error::NotARun`] if there is no manifest.
    pub fn open(dir: impl Into<PathBuf>) -> Result<Self, Error> {
        let dir = dir.into();
        match store::read(&dir.join("manifest.json"), "a manifest")? {
            Some(manifest) => Ok(Self { dir, manifest }),
            None => Err(Error::NotARun { path: dir }),
        }
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The provenance.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Replaces the provenance, for instance to add when the run finished.
    pub fn write_manifest(&mut self, manifest: Manifest) -> Result<(), Error> {
        store::write(&self.dir.join("manifest.json"), "a manifest", &manifest)?;
        self.manifest = manifest;
        Ok(())
    }

    /// Writes one cell; its id must be that of its settings ([`Error::CellId`]). Returns the file.
    pub fn write_cell(&self, record: &ConvergenceRecord) -> Result<PathBuf, Error> {
        let id = record.cell.id();
        let path = self.cell_path(&id);
        if record.id != id {
            return Err(Error::CellId { path, expected: id, got: record.id.clone() });
        }
        store::write(&path, "a convergence record", record)?;
        Ok(path)
    }

    /// Where the cell of this id is or would be.
    pub fn cell_path(&self, id: &str) -> PathBuf {
        self.dir.join("cells").join(format!("{id}.json"))
    }

    /// Whether the cell has been written; a runner skips those that have.
    pub fn has_cell(&self, id: &str) -> bool {
        self.cell_path(id).is_file()
    }

    /// One cell; `None` if it has not been written.
    pub fn cell(&self, id: &str) -> Result<Option<ConvergenceRecord>, Error> {
        let path = self.cell_path(id);
        let Some(record) = store::read::<ConvergenceRecord>(&path, "a convergence record")? else {
            return Ok(None);
        };
        let expected = record.cell.id();
        for got in [id, &record.id] {
            if got != expected {
                return Err(Error::CellId { path, expected, got: got.to_owned() });
            }
        }
        Ok(Some(record))
    }

    /// All cells, by id; the first unreadable one is the error.
    pub fn cells(&self) -> Result<Vec<ConvergenceRecord>, Error> {
        self.cell_results()?.into_iter().collect()
    }

    /// All cells, by id, each readable or not. For readers that show a failure instead of stopping at it.
    pub fn cell_results(&self) -> Result<Vec<Result<ConvergenceRecord, Error>>, Error> {
        let mut records = Vec::new();
        for id in self.cell_ids()? {
            match self.cell(&id) {
                Ok(Some(record)) => records.push(Ok(record)),
                Ok(None) => {} // removed since the folder was listed
                Err(error) => records.push(Err(error)),
            }
        }
        Ok(records)
    }

    /// The ids of all written cells, sorted. Left-over temporary files are no cells.
    pub fn cell_ids(&self) -> Result<Vec<String>, Error> {
        let folder = self.dir.join("cells");
        if !folder.exists() {
            return Ok(Vec::new());
        }
        let mut ids = Vec::new();
        for entry in fs::read_dir(&folder).map_err(io(&folder, "list"))? {
            let path = entry.map_err(io(&folder, "list"))?.path();
            if path.extension().is_some_and(|e| e == "json")
                && let Some(stem) = path.file_stem().and_then(|s| s.to_str())
                && !stem.starts_with('.')
            {
                ids.push(stem.to_owned());
            }
        }
        ids.sort();
        Ok(ids)
    }

    /// Writes what is known about the methods.
    pub fn write_methods(&self, records: &[MethodRecord]) -> Result<(), Error> {
        self.write("methods.json", "method records", records)
    }

    /// What is known about the methods; `None` if nothing was written.
    pub fn methods(&self) -> Result<Option<Vec<MethodRecord>>, Error> {
        self.read("methods.json", "method records")
    }

    /// Writes what the workloads are.
    pub fn write_workloads(&self, records: &[WorkloadRecord]) -> Result<(), Error> {
        self.write("workloads.json", "workload records", records)
    }

    /// What the workloads are; `None` if nothing was written.
    pub fn workloads(&self) -> Result<Option<Vec<WorkloadRecord>>, Error> {
        self.read("workloads.json", "workload records")
    }

    /// Writes the throughput measurements.
    pub fn write_throughput(&self, records: &[ThroughputRecord]) -> Result<(), Error> {
        self.write("throughput.json", "throughput records", records)
    }

    /// The throughput measurements; `None` if nothing was written.
    pub fn throughput(&self) -> Result<Option<Vec<ThroughputRecord>>, Error> {
        self.read("throughput.json", "throughput records")
    }

    /// Writes the measurements of other frameworks.
    pub fn write_peers(&self, records: &[PeerRecord]) -> Result<(), Error> {
        self.write("peers.json", "peer records", records)
    }

    /// The measurements of other frameworks; `None` if nothing was written.
    pub fn peers(&self) -> Result<Option<Vec<PeerRecord>>, Error> {
        self.read("peers.json", "peer records")
    }

    /// Writes the noise floor.
    pub fn write_noise(&self, records: &[NoiseRecord]) -> Result<(), Error> {
        self.write("noise.json", "noise records", records)
    }

    /// The noise floor; `None` if nothing was written.
    pub fn noise(&self) -> Result<Option<Vec<NoiseRecord>>, Error> {
        self.read("noise.json", "noise records")
    }

    /// Copies the bibliography into the run, so that the run explains itself wherever it is taken.
    pub fn write_references(&self, bibliography: &str) -> Result<(), Error> {
        store::write_bytes(&self.dir.join("references.bib"), bibliography.as_bytes())
    }

    /// The bibliography; `None` if none was copied.
    pub fn references(&self) -> Result<Option<String>, Error> {
        store::read_text(&self.dir.join("references.bib"))
    }

    fn write<T: Serialize>(&self, name: &str, kind: &'static str, records: &[T]) -> Result<(), Error> {
        store::write(&self.dir.join(name), kind, records)
    }

    fn read<T: DeserializeOwned>(&self, name: &str, kind: &'static str) -> Result<Option<Vec<T>>, Error> {
        store::read(&self.dir.join(name), kind)
    }
}
