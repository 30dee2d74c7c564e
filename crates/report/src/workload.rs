//! The sections of the workloads: what each is, and who learned it.

use serde::Serialize;

use crate::convergence::Contest;
use crate::curves;
use crate::drift;
use crate::error::Error;
use crate::figure::Figure;
use crate::forest;
use crate::format;
use crate::learning;
use crate::links;
use crate::load::Loaded;
use crate::slug::slug;
use crate::table::Table;

/// One workload.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct WorkloadView {
    id: String,
    title: String,
    pub(crate) data_id: String,
    facts: Vec<(String, String)>,
    caveats: Vec<String>,
    pub(crate) standings: Table,
    /// Sentences that the numbers need.
    remarks: Vec<String>,
    pub(crate) figures: Vec<Figure>,
}

/// Workloads that were run, then those that were described and not run.
pub(crate) fn workloads(loaded: &Loaded, contests: &[Contest<'_>]) -> Result<Vec<WorkloadView>, Error> {
    let mut views = Vec::new();
    for contest in contests {
        let mut figures = vec![curves::curves(loaded, contest)?, curves::rates(loaded, contest)?];
        figures.extend(forest::of_workload(loaded, &contest.workload)?);
        figures.extend(drift::figure(loaded, contest)?);
        views.push(WorkloadView {
            figures,
            standings: learning::standings(loaded, contest),
            remarks: learning::remarks(loaded, contest),
            ..described(loaded, &contest.workload)
        });
    }
    for workload in &loaded.workloads {
        if !contests.iter().any(|c| c.workload == workload.id) {
            views.push(described(loaded, &workload.id));
        }
    }
    Ok(views)
}

fn described(loaded: &Loaded, id: &str) -> WorkloadView {
    let mut facts = Vec::new();
    let mut caveats = Vec::new();
    let record = loaded.workloads.iter().find(|w| w.id == id);
    if let Some(w) = record {
        let metric = &w.target.metric;
        let target = format!("{} of {}", learning::words(metric), format::metric(metric, w.target.value));
        facts = [
            ("Data", w.data.clone()),
            ("Source and licence", w.attribution.clone()),
            ("Training cases", format::count(w.train_cases)),
            ("Validation cases", format::count(w.validation_cases)),
            ("Test cases", format::count(w.test_cases)),
            ("Model", w.model.clone()),
            ("Loss", w.loss.clone()),
            ("Protocol", w.protocol.clone()),
            ("Target, set beforehand", target),
        ]
        .map(|(k, v)| (k.to_owned(), v))
        .into();
        caveats.clone_from(&w.caveats);
    }
    WorkloadView {
        id: links::workload(id),
        title: record.map_or_else(|| id.to_owned(), |w| w.title.clone()),
        data_id: format!("standings-{}", slug(id)),
        facts,
        caveats,
        standings: Table::new(format!("Contenders on {id}: not run"), &["contender"]),
        remarks: Vec::new(),
        figures: Vec::new(),
    }
}
