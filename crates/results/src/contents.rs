//! Everything in a run that can be used, and why the rest cannot.

use std::collections::BTreeSet;

use crate::validate::{Declared, cell, manifest, measured, method, spoken, verdict, workload};
use crate::{
    AdviceRecord, ConvergenceRecord, ErratumRecord, Error, MethodRecord, NoiseRecord, PeerRecord,
    ProbeRecord, Problem, RatioRecord, Run, ThroughputRecord, VerdictRecord, WorkloadRecord,
};

/// A run in memory. Records that contradict themselves, the manifest or what the run declares are left out and named in
/// `problems`; of a list that was never written `None` remains.
#[derive(Debug)]
pub struct Contents {
    /// What is known about the methods.
    pub methods: Option<Vec<MethodRecord>>,
    /// What the workloads are.
    pub workloads: Option<Vec<WorkloadRecord>>,
    /// The training runs, by id.
    pub cells: Vec<ConvergenceRecord>,
    /// The throughput measurements.
    pub throughput: Option<Vec<ThroughputRecord>>,
    /// The measurements of other frameworks.
    pub peers: Option<Vec<PeerRecord>>,
    /// The noise floor.
    pub noise: Option<Vec<NoiseRecord>>,
    /// How much longer one thing takes than another.
    pub ratios: Option<Vec<RatioRecord>>,
    /// What probes found.
    pub probes: Option<Vec<ProbeRecord>>,
    /// What the run says to the claims.
    pub verdicts: Option<Vec<VerdictRecord>>,
    /// Which method a need asks for.
    pub advice: Option<Vec<AdviceRecord>>,
    /// What published code does differently.
    pub errata: Option<Vec<ErratumRecord>>,
    /// The bibliography.
    pub references: Option<String>,
    /// Files that cannot be read.
    pub unreadable: Vec<Error>,
    /// Contradictions between what can be read.
    pub problems: Vec<Problem>,
}

/// What there is of a cell.
#[derive(Debug)]
pub enum CellState {
    /// Nothing.
    Absent,
    /// A record that nothing speaks against.
    Whole,
    /// A file that is not this cell: damaged, of another cell, or in contradiction to the run.
    Unusable(Error),
}

impl Run {
    /// Reads everything. Only a folder that cannot be listed is an error.
    pub fn contents(&self) -> Result<Contents, Error> {
        let mut unreadable = Vec::new();
        let mut problems = Vec::new();
        manifest::check(self.manifest(), &mut problems);

        let mut methods = part(self.methods(), &mut unreadable);
        if let Some(methods) = &mut methods {
            unique("methods.json", methods, |m| m.id.clone(), &mut problems);
            for record in methods {
                method::check(record, &mut problems);
            }
        }
        let mut workloads = part(self.workloads(), &mut unreadable);
        if let Some(workloads) = &mut workloads {
            unique("workloads.json", workloads, |w| w.id.clone(), &mut problems);
            // Runs from before there was an engine had no validation cases.
            let validates = self.manifest().parts.iter().any(|part| !part.identity.engine.is_empty());
            for record in workloads {
                workload::check(record, validates, &mut problems);
            }
        }

        let declared = Declared::new(self.manifest(), methods.as_deref(), workloads.as_deref());
        let mut cells = Vec::new();
        for id in self.cell_ids()? {
            match self.cell(&id) {
                Ok(Some(record)) => cells.push(record),
                Ok(None) => {} // removed since the folder was listed
                Err(error) => unreadable.push(error),
            }
        }
        keep(&mut cells, &mut problems, |record| cell::problems(record, &declared));
        if workloads.is_none() {
            cell::same_targets(&mut cells, &mut problems);
        }

        let mut throughput = part(self.throughput(), &mut unreadable);
        if let Some(records) = &mut throughput {
            unique("throughput.json", records, |r| r.id.clone(), &mut problems);
            keep(records, &mut problems, |r| measured::throughput(r, &declared));
            let copies = measured::Copies::of(records);
            keep(records, &mut problems, |r| copies.faster_than_possible(r));
        }
        let mut peers = part(self.peers(), &mut unreadable);
        if let Some(records) = &mut peers {
            keep(records, &mut problems, measured::peer);
        }
        let mut noise = part(self.noise(), &mut unreadable);
        if let Some(records) = &mut noise {
            keep(records, &mut problems, measured::noise);
        }
        let mut ratios = part(self.ratios(), &mut unreadable);
        if let Some(records) = &mut ratios {
            unique("ratios.json", records, |r| r.id.clone(), &mut problems);
            keep(records, &mut problems, measured::ratio);
        }
        let probes = part(self.probes(), &mut unreadable);
        let mut verdicts = part(self.verdicts(), &mut unreadable);
        if let Some(records) = &mut verdicts {
            unique("verdicts.json", records, |v| v.id.clone(), &mut problems);
            keep(records, &mut problems, |v| {
                verdict::problems(v, &cells, probes.as_deref(), ratios.as_deref())
            });
        }
        let mut advice = part(self.advice(), &mut unreadable);
        if let Some(records) = &mut advice {
            unique("advice.json", records, |a| a.id.clone(), &mut problems);
            keep(records, &mut problems, |a| spoken::advice(a, verdicts.as_deref(), methods.as_deref()));
        }
        let mut errata = part(self.errata(), &mut unreadable);
        if let Some(records) = &mut errata {
            unique("errata.json", records, |e| e.id.clone(), &mut problems);
            keep(records, &mut problems, |e| spoken::erratum(e, verdicts.as_deref(), probes.as_deref()));
        }
        let references = part(self.references(), &mut unreadable);
        Ok(Contents {
            methods,
            workloads,
            cells,
            throughput,
            peers,
            noise,
            ratios,
            probes,
            verdicts,
            advice,
            errata,
            references,
            unreadable,
            problems,
        })
    }

    /// What there is of these cells, by id, in the order asked for.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] and [`Error::Version`]: a file that this crate may not read, or not yet, is nobody's to replace.
    pub fn cell_states<'a>(&self, ids: impl Iterator<Item = &'a str>) -> Result<Vec<CellState>, Error> {
        let (methods, workloads) = (self.methods()?, self.workloads()?);
        let declared = Declared::new(self.manifest(), methods.as_deref(), workloads.as_deref());
        ids.map(|id| match self.cell(id) {
            Ok(None) => Ok(CellState::Absent),
            Ok(Some(record)) => {
                let problems = cell::problems(&record, &declared);
                Ok(if problems.is_empty() {
                    CellState::Whole
                } else {
                    CellState::Unusable(Error::Invalid { path: self.cell_path(id), problems })
                })
            }
            Err(error @ (Error::Format { .. } | Error::CellId { .. } | Error::NotText { .. })) => {
                Ok(CellState::Unusable(error))
            }
            Err(other) => Err(other),
        })
        .collect()
    }

    /// Reads everything and reports all contradictions at once as [`Error::Invalid`], or the first file that cannot be
    /// read.
    pub fn validate(&self) -> Result<(), Error> {
        let contents = self.contents()?;
        if let Some(error) = contents.unreadable.into_iter().next() {
            return Err(error);
        }
        if contents.problems.is_empty() {
            Ok(())
        } else {
            Err(Error::Invalid { path: self.dir().to_owned(), problems: contents.problems })
        }
    }
}

fn part<T>(read: Result<Option<T>, Error>, unreadable: &mut Vec<Error>) -> Option<T> {
    read.unwrap_or_else(|error| {
        unreadable.push(error);
        None
    })
}

/// Keeps the records that nothing speaks against.
fn keep<T>(records: &mut Vec<T>, problems: &mut Vec<Problem>, mut check: impl FnMut(&T) -> Vec<Problem>) {
    records.retain(|record| {
        let found = check(record);
        let fine = found.is_empty();
        problems.extend(found);
        fine
    });
}

/// Keeps the first of those with one id.
fn unique<T>(file: &str, records: &mut Vec<T>, id: impl Fn(&T) -> String, problems: &mut Vec<Problem>) {
    let mut seen = BTreeSet::new();
    keep(records, problems, |record| {
        let value = id(record);
        if seen.insert(value.clone()) {
            Vec::new()
        } else {
            vec![Problem::Duplicate { file: file.to_owned(), field: "id", value }]
        }
    });
}
