//! Where everything stands that can be linked to: on which page, under which anchor. Every link of the site is made here, as an
//! address inside the site (`claims.html#claim-R17`); a page writes it relative to itself.

use std::collections::BTreeSet;

use crate::load::Loaded;
use crate::slug::slug;
use crate::throughput::Bench;
use crate::{dots, verdicts};

pub(crate) const INDEX: &str = "index.html";
/// The answer in Spanish.
pub(crate) const INDEX_IN_SPANISH: &str = "index.es.html";
pub(crate) const CLAIMS: &str = "claims.html";
pub(crate) const WORKLOADS: &str = "workloads.html";
pub(crate) const THROUGHPUT: &str = "throughput.html";
pub(crate) const PROVENANCE: &str = "provenance.html";
/// The folder of the methods' pages.
pub(crate) const METHODS: &str = "methods";

/// What the run has, and so what can be linked to. A link to anything else is empty, and no template writes an empty one.
#[derive(Debug, Default)]
pub(crate) struct Links {
    methods: BTreeSet<String>,
    claims: BTreeSet<String>,
    workloads: BTreeSet<String>,
}

impl Links {
    pub(crate) fn of(loaded: &Loaded) -> Self {
        let trained = loaded.cells.iter().map(|record| &record.cell.workload);
        Self {
            methods: loaded.methods.iter().map(|m| m.id.clone()).collect(),
            claims: loaded.verdicts.iter().map(|v| v.id.clone()).collect(),
            workloads: loaded.workloads.iter().map(|w| &w.id).chain(trained).cloned().collect(),
        }
    }

    /// The page of a method, which it has if there is a record of it.
    pub(crate) fn method(&self, id: &str) -> String {
        if self.methods.contains(id) { method_page(id) } else { String::new() }
    }

    /// The row of a claim, which it has if there is a verdict.
    pub(crate) fn claim(&self, id: &str) -> String {
        if self.claims.contains(id) { format!("{CLAIMS}#{}", verdicts::anchor(id)) } else { String::new() }
    }

    /// The section of a workload that was described or trained.
    pub(crate) fn workload(&self, id: &str) -> String {
        if self.workloads.contains(id) { format!("{WORKLOADS}#{}", workload(id)) } else { String::new() }
    }
}

/// The file of a method's page.
pub(crate) fn method_page(id: &str) -> String {
    format!("{METHODS}/{}.html", slug(id))
}

/// The anchor of a workload's section.
pub(crate) fn workload(id: &str) -> String {
    format!("workload-{}", slug(id))
}

/// The section of a bench. Whoever holds one has it on the page.
pub(crate) fn bench(bench: &Bench) -> String {
    format!("{THROUGHPUT}#{}", dots::anchor(bench))
}

/// The row of a method in the comparison of all of them.
pub(crate) fn row(id: &str) -> String {
    format!("row-{}", slug(id))
}

/// The anchor of a need.
pub(crate) fn need(id: &str) -> String {
    format!("need-{}", slug(id))
}

/// The anchor of an erratum.
pub(crate) fn erratum(id: &str) -> String {
    format!("erratum-{}", slug(id))
}

/// The anchor of an entry of the bibliography.
pub(crate) fn reference(key: &str) -> String {
    format!("ref-{}", slug(key))
}

/// An address inside the site as a page writes it that lies at `from`.
pub(crate) fn relative(from: &str, to: &str) -> String {
    let (path, anchor) = to.split_at(to.find('#').unwrap_or(to.len()));
    if path == from && !anchor.is_empty() {
        return anchor.to_owned();
    }
    let Some((folder, _)) = from.rsplit_once('/') else { return to.to_owned() };
    match to.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')) {
        Some(beside) => beside.to_owned(),
        None => format!("{}{to}", "../".repeat(folder.split('/').count())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_relative_to_the_page_that_writes_them() {
        for (from, to, expected) in [
            ("index.html", "claims.html#claim-R17", "claims.html#claim-R17"),
            ("claims.html", "claims.html#claim-R17", "#claim-R17"),
            ("claims.html", "claims.html", "claims.html"),
            ("methods/layer.html", "claims.html#claim-R17", "../claims.html#claim-R17"),
            ("methods/layer.html", "methods/batch.html", "batch.html"),
            ("methods/layer.html", "methods/layer.html#formula", "#formula"),
            ("index.html", "methods/layer.html", "methods/layer.html"),
            ("methods/layer.html", "data/methods.csv", "../data/methods.csv"),
        ] {
            assert_eq!(relative(from, to), expected, "{from} to {to}");
        }
    }
}
