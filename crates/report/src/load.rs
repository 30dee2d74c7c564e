//! A run in memory, with what is missing or unreadable kept as such.

use std::collections::BTreeMap;
use std::path::Path;

use results::{
    ConvergenceRecord, Manifest, MethodRecord, NoiseRecord, PeerRecord, Run, ThroughputRecord, WorkloadRecord,
};

use crate::bibliography::{self, Entry};
use crate::error::Error;

/// Everything the page is made from. A part that was never measured is empty and named in `missing`.
pub(crate) struct Loaded {
    pub(crate) manifest: Manifest,
    pub(crate) methods: Vec<MethodRecord>,
    pub(crate) workloads: Vec<WorkloadRecord>,
    pub(crate) cells: Vec<ConvergenceRecord>,
    pub(crate) throughput: Vec<ThroughputRecord>,
    pub(crate) peers: Vec<PeerRecord>,
    pub(crate) noise: Vec<NoiseRecord>,
    pub(crate) references: BTreeMap<String, Entry>,
    /// Parts of the run that are not there.
    pub(crate) missing: Vec<String>,
    /// Files that are there and cannot be used, or contradict each other.
    pub(crate) unusable: Vec<String>,
}

impl Loaded {
    /// Reads a run. Only a folder without a usable manifest is an error; anything else is shown on the page.
    pub(crate) fn read(dir: &Path) -> Result<Self, Error> {
        let run = Run::open(dir)?;
        let mut missing = Vec::new();
        let mut unusable = Vec::new();
        // The page must not depend on where the run lies: its folder is taken out of every message.
        let prefix = format!("{}{}", dir.display(), std::path::MAIN_SEPARATOR);
        let say = |e: &results::Error, list: &mut Vec<String>| list.push(e.to_string().replace(&prefix, ""));

        macro_rules! part {
            ($read:expr, $what:literal) => {
                match $read {
                    Ok(Some(records)) => records,
                    Ok(None) => {
                        missing.push($what.to_owned());
                        Vec::new()
                    }
                    Err(error) => {
                        say(&error, &mut unusable);
                        Vec::new()
                    }
                }
            };
        }
        let methods = part!(run.methods(), "methods.json: what the methods are");
        let workloads = part!(run.workloads(), "workloads.json: what the workloads are");
        let throughput = part!(run.throughput(), "throughput.json: how fast the methods are");
        let peers = part!(run.peers(), "peers.json: how fast other frameworks are on this machine");
        let noise = part!(run.noise(), "noise.json: the same thing measured against itself");
        let references = match run.references() {
            Ok(Some(text)) => bibliography::parse(&text),
            Ok(None) => {
                missing.push("references.bib: what citation keys stand for".to_owned());
                BTreeMap::new()
            }
            Err(error) => {
                say(&error, &mut unusable);
                BTreeMap::new()
            }
        };
        let mut cells = Vec::new();
        for cell in run.cell_results()? {
            match cell {
                Ok(record) => cells.push(record),
                Err(error) => say(&error, &mut unusable),
            }
        }
        if cells.is_empty() {
            missing.push("cells: training runs".to_owned());
        }
        // Unreadable files are already listed one by one; here only contradictions between readable ones are new.
        if let Err(results::Error::Invalid { problems, .. }) = run.validate() {
            unusable.extend(problems.iter().map(ToString::to_string));
        }
        Ok(Self {
            manifest: run.manifest().clone(),
            methods,
            workloads,
            cells,
            throughput,
            peers,
            noise,
            references,
            missing,
            unusable,
        })
    }

    /// The methods in the order of their records, then those that only measurements name, by name.
    pub(crate) fn method_order(&self) -> Vec<String> {
        let mut ids: Vec<String> = self.methods.iter().map(|m| m.id.clone()).collect();
        let mut others: Vec<String> = self.cells.iter().map(|c| c.cell.method.clone()).collect();
        for record in &self.throughput {
            let id = record.id.parse::<results::BenchId>().ok();
            others.extend(id.and_then(|id| id.method().map(str::to_owned)));
        }
        others.sort();
        others.dedup();
        others.retain(|id| !ids.contains(id));
        ids.append(&mut others);
        ids
    }

    /// Why a method is not trained on a workload, where the workload says so.
    pub(crate) fn refusal(&self, workload: &str, method: &str) -> Option<&str> {
        let workload = self.workloads.iter().find(|w| w.id == workload)?;
        workload.refuses.get(method).map(String::as_str)
    }

    /// A method's name in prose.
    pub(crate) fn title<'a>(&'a self, id: &'a str) -> &'a str {
        self.methods.iter().find(|m| m.id == id).map_or(id, |m| m.title.as_str())
    }
}
