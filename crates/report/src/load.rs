//! A run in memory, with what is missing or unreadable kept as such.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use results::{
    AdviceRecord, ConvergenceRecord, ErratumRecord, Manifest, MethodRecord, NoiseRecord, PeerRecord,
    ProbeRecord, Run, ThroughputRecord, VerdictRecord, WorkloadRecord,
};

use crate::bibliography::{self, Entry};
use crate::concerns;
use crate::error::Error;
use crate::links::Links;
use crate::markup;
use crate::paragraph;

/// Everything the site is made from. A part that was never measured is empty and named in `missing`.
pub(crate) struct Loaded {
    pub(crate) manifest: Manifest,
    pub(crate) methods: Vec<MethodRecord>,
    pub(crate) workloads: Vec<WorkloadRecord>,
    pub(crate) cells: Vec<ConvergenceRecord>,
    pub(crate) throughput: Vec<ThroughputRecord>,
    pub(crate) peers: Vec<PeerRecord>,
    pub(crate) noise: Vec<NoiseRecord>,
    pub(crate) probes: Vec<ProbeRecord>,
    /// Empty in runs from before there were verdicts.
    pub(crate) verdicts: Vec<VerdictRecord>,
    /// Empty in runs from before there was advice.
    pub(crate) advice: Vec<AdviceRecord>,
    /// Empty in runs from before there were errata.
    pub(crate) errata: Vec<ErratumRecord>,
    pub(crate) references: BTreeMap<String, Entry>,
    /// Parts of the run that are not there.
    pub(crate) missing: Vec<String>,
    /// Files that are there and cannot be used, or contradict each other.
    pub(crate) unusable: Vec<String>,
    /// Where what is there can be linked to.
    pub(crate) links: Links,
}

impl Loaded {
    /// Reads a run. Only a folder without a usable manifest is an error; anything else is shown on the pages.
    pub(crate) fn read(dir: &Path) -> Result<Self, Error> {
        let run = Run::open(dir)?;
        let found = run.contents()?;
        // The pages must not depend on where the run lies: its folder is taken out of every message.
        let prefix = format!("{}{}", dir.display(), std::path::MAIN_SEPARATOR);
        let unusable: Vec<String> = found
            .unreadable
            .iter()
            .map(|error| error.to_string().replace(&prefix, ""))
            .chain(found.problems.iter().map(ToString::to_string))
            .collect();
        let mut missing = Vec::new();
        let mut not_there = |file: &str, what: &str| {
            // What cannot be read is there.
            if !unusable.iter().any(|said| said.starts_with(file)) {
                missing.push(format!("{file}: {what}"));
            }
        };
        macro_rules! part {
            ($records:expr, $file:literal, $what:literal) => {
                $records.unwrap_or_else(|| {
                    not_there($file, $what);
                    Default::default()
                })
            };
        }
        let mut methods = part!(found.methods, "methods.json", "what the methods are");
        let mut workloads = part!(found.workloads, "workloads.json", "what the workloads are");
        let throughput = part!(found.throughput, "throughput.json", "how fast the methods are");
        let peers = part!(found.peers, "peers.json", "how fast other frameworks are on this machine");
        let noise = part!(found.noise, "noise.json", "the same thing measured against itself");
        let references = part!(found.references, "references.bib", "what citation keys stand for");
        // A name that runs from right to left must not turn the sentence that it stands in.
        let titles =
            methods.iter_mut().map(|m| &mut m.title).chain(workloads.iter_mut().map(|w| &mut w.title));
        for title in titles {
            *title = markup::isolated(title);
        }
        if found.cells.is_empty() {
            not_there("cells", "training runs");
        }
        // That a run holds no verdicts at all is said where they would stand.
        let verdicts = found.verdicts.unwrap_or_default();
        if !verdicts.is_empty() {
            let spoken: BTreeSet<&str> =
                concerns::CONCERNS.iter().map(|(id, _)| *id).chain(paragraph::claims()).collect();
            for id in spoken.into_iter().filter(|id| !verdicts.iter().any(|v| v.id == *id)) {
                missing.push(format!("verdicts.json: a verdict on claim {id}, of which the answer speaks"));
            }
        }
        let mut loaded = Self {
            manifest: run.manifest().clone(),
            methods,
            workloads,
            cells: found.cells,
            throughput,
            peers,
            noise,
            probes: found.probes.unwrap_or_default(),
            verdicts,
            // That there is none is said where it would stand.
            advice: found.advice.unwrap_or_default(),
            errata: found.errata.unwrap_or_default(),
            references: bibliography::parse(&references),
            missing,
            unusable,
            links: Links::default(),
        };
        loaded.links = Links::of(&loaded);
        Ok(loaded)
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
