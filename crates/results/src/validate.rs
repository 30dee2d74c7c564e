//! What must hold of each record: in itself, at its address, and against the manifest and what the run declares.

pub(crate) mod cell;
pub(crate) mod manifest;
pub(crate) mod measured;
pub(crate) mod method;
pub(crate) mod spoken;
pub(crate) mod verdict;
pub(crate) mod workload;

use std::collections::{BTreeMap, BTreeSet};

use crate::{Manifest, MethodRecord, Problem, WorkloadRecord};

/// What records of a run may refer to. A list that is not there declares nothing, and then nothing is held against it.
pub(crate) struct Declared<'a> {
    pub(crate) manifest: &'a Manifest,
    identities: BTreeSet<String>,
    methods: Option<BTreeSet<&'a str>>,
    pub(crate) workloads: Option<BTreeMap<&'a str, &'a WorkloadRecord>>,
}

impl<'a> Declared<'a> {
    pub(crate) fn new(
        manifest: &'a Manifest,
        methods: Option<&'a [MethodRecord]>,
        workloads: Option<&'a [WorkloadRecord]>,
    ) -> Self {
        Self {
            manifest,
            identities: manifest.parts.iter().map(|part| part.identity.id()).collect(),
            methods: methods.map(|m| m.iter().map(|r| r.id.as_str()).collect()),
            workloads: workloads.map(|w| w.iter().map(|r| (r.id.as_str(), r)).collect()),
        }
    }

    /// The problem of naming a method that nobody declares.
    pub(crate) fn method(&self, file: &str, field: &'static str, id: &str) -> Option<Problem> {
        let known = self.methods.as_ref()?.contains(id);
        (!known).then(|| unknown(file, field, id, "methods.json"))
    }

    /// Whether a part of the run has this identity. In the earlier form of a run no cell has one.
    pub(crate) fn identity(&self, identity: Option<&str>) -> bool {
        match identity {
            Some(id) => !self.manifest.earlier_form && self.identities.contains(id),
            None => self.manifest.earlier_form,
        }
    }
}

pub(crate) fn unknown(file: &str, field: &'static str, value: &str, declared_in: &'static str) -> Problem {
    Problem::Unknown { file: file.to_owned(), field, value: value.to_owned(), declared_in }
}

/// Collects what is wrong with numbers of one file.
pub(crate) struct Numbers<'a> {
    pub(crate) file: &'a str,
    pub(crate) problems: &'a mut Vec<Problem>,
}

impl Numbers<'_> {
    /// Notes a number that is not what is expected.
    pub(crate) fn expect(&mut self, ok: bool, field: &'static str, expected: &'static str, got: f64) {
        if !ok {
            self.problems.push(Problem::Number { file: self.file.to_owned(), field, expected, got });
        }
    }
}
