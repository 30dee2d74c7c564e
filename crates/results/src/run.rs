//! A run folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde::de::DeserializeOwned;

use crate::store::{self, io};
use crate::{
    AdviceRecord, ConvergenceRecord, ErratumRecord, Error, Manifest, MethodRecord, NoiseRecord, PeerRecord,
    ProbeRecord, RatioRecord, ThroughputRecord, VerdictRecord, WorkloadRecord,
};

/// A run that is read: a folder and its manifest. Whoever writes holds a [`crate::RunWriter`].
#[derive(Debug, Clone)]
pub struct Run {
    pub(crate) dir: PathBuf,
    pub(crate) manifest: Manifest,
    /// The cells of `cells.json.gz`, read when one is asked for.
    packed: OnceLock<BTreeMap<String, ConvergenceRecord>>,
}

impl Run {
    /// Opens a run; [`Error::NotARun`] if there is no manifest.
    pub fn open(dir: impl Into<PathBuf>) -> Result<Self, Error> {
        let dir = dir.into();
        match store::read(&dir.join("manifest.json"), "a manifest")? {
            Some(manifest) => Ok(Self::new(dir, manifest)),
            None => Err(Error::NotARun { path: dir }),
        }
    }

    pub(crate) fn new(dir: PathBuf, manifest: Manifest) -> Self {
        Self { dir, manifest, packed: OnceLock::new() }
    }

    /// Where cells lie that were packed into one file.
    pub(crate) fn pack_path(&self) -> PathBuf {
        self.dir.join("cells.json.gz")
    }

    fn packed(&self) -> Result<&BTreeMap<String, ConvergenceRecord>, Error> {
        if let Some(packed) = self.packed.get() {
            return Ok(packed);
        }
        let records: Option<Vec<ConvergenceRecord>> =
            store::read_packed(&self.pack_path(), "packed convergence records")?;
        let by_id =
            records.unwrap_or_default().into_iter().map(|record| (record.id.clone(), record)).collect();
        Ok(self.packed.get_or_init(|| by_id))
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The provenance.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Where the cell of this id is or would be.
    pub fn cell_path(&self, id: &str) -> PathBuf {
        self.dir.join("cells").join(format!("{id}.json"))
    }

    /// One cell; `None` if it has not been written.
    pub fn cell(&self, id: &str) -> Result<Option<ConvergenceRecord>, Error> {
        // No id, and it would name a file elsewhere.
        if id.contains(['/', '\\']) {
            return Ok(None);
        }
        let path = self.cell_path(id);
        // A file of its own is newer than what was packed.
        let record = match store::read::<ConvergenceRecord>(&path, "a convergence record")? {
            Some(record) => record,
            None => match self.packed()?.get(id) {
                Some(record) => record.clone(),
                None => return Ok(None),
            },
        };
        let expected = record.cell.id();
        for got in [id, &record.id] {
            if got != expected {
                return Err(Error::CellId { path, expected, got: got.to_owned() });
            }
        }
        Ok(Some(record))
    }

    /// The ids of all written cells, sorted. Temporary files are no cells.
    pub fn cell_ids(&self) -> Result<Vec<String>, Error> {
        let mut ids = self.loose_ids()?;
        ids.extend(self.packed()?.keys().cloned());
        ids.sort();
        ids.dedup();
        Ok(ids)
    }

    /// The ids of cells in files of their own.
    pub(crate) fn loose_ids(&self) -> Result<Vec<String>, Error> {
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
        Ok(ids)
    }

    /// What is known about the methods; `None` if nothing was written.
    pub fn methods(&self) -> Result<Option<Vec<MethodRecord>>, Error> {
        self.read("methods.json", "method records")
    }

    /// What the workloads are; `None` if nothing was written.
    pub fn workloads(&self) -> Result<Option<Vec<WorkloadRecord>>, Error> {
        self.read("workloads.json", "workload records")
    }

    /// The throughput measurements; `None` if nothing was written.
    pub fn throughput(&self) -> Result<Option<Vec<ThroughputRecord>>, Error> {
        self.read("throughput.json", "throughput records")
    }

    /// The measurements of other frameworks; `None` if nothing was written.
    pub fn peers(&self) -> Result<Option<Vec<PeerRecord>>, Error> {
        self.read("peers.json", "peer records")
    }

    /// The noise floor; `None` if nothing was written.
    pub fn noise(&self) -> Result<Option<Vec<NoiseRecord>>, Error> {
        self.read("noise.json", "noise records")
    }

    /// How much longer one thing takes than another; `None` if nothing was written.
    pub fn ratios(&self) -> Result<Option<Vec<RatioRecord>>, Error> {
        self.read("ratios.json", "ratios of times")
    }

    /// What probes found; `None` if nothing was written.
    pub fn probes(&self) -> Result<Option<Vec<ProbeRecord>>, Error> {
        self.read("probes.json", "probe records")
    }

    /// What the run says to the claims; `None` if nothing was written.
    pub fn verdicts(&self) -> Result<Option<Vec<VerdictRecord>>, Error> {
        self.read("verdicts.json", "verdicts")
    }

    /// Which method a need asks for; `None` if nothing was written.
    pub fn advice(&self) -> Result<Option<Vec<AdviceRecord>>, Error> {
        self.read("advice.json", "advice")
    }

    /// What published code does differently; `None` if nothing was written.
    pub fn errata(&self) -> Result<Option<Vec<ErratumRecord>>, Error> {
        self.read("errata.json", "errata")
    }

    /// The bibliography; `None` if none was copied.
    pub fn references(&self) -> Result<Option<String>, Error> {
        store::read_text(&self.dir.join("references.bib"))
    }

    fn read<T: DeserializeOwned>(&self, name: &str, kind: &'static str) -> Result<Option<Vec<T>>, Error> {
        store::read(&self.dir.join(name), kind)
    }
}
