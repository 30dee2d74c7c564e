//! The whole page as data for the templates.

use std::fmt::Write as _;

use serde::Serialize;

use crate::answer::{self, Answer};
use crate::card::{self, Card, Reference};
use crate::claims::{self, Claims};
use crate::convergence::{Contest, contests};
use crate::decision;
use crate::dots;
use crate::error::Error;
use crate::figure::Figure;
use crate::format;
use crate::front::{self, Front};
use crate::invariance::{self, Invariance};
use crate::learning;
use crate::load::Loaded;
use crate::paragraph;
use crate::provenance::{self, Provenance};
use crate::slug::slug;
use crate::table::Table;
use crate::throughput::{Bench, benches};
use crate::verdicts::Verdicts;

/// Everything the templates loop over.
#[derive(Serialize)]
pub(crate) struct Page {
    tier: String,
    started: String,
    commit: String,
    series_css: String,
    answer: Answer,
    /// Whether the run holds verdicts at all.
    judged: bool,
    paragraph: Vec<paragraph::View>,
    front: Front,
    decision: Table,
    claims: Claims,
    invariance: Option<Invariance>,
    workloads: Vec<WorkloadView>,
    benches: Vec<BenchView>,
    cards: Vec<Card>,
    provenance: Provenance,
    references: Vec<Reference>,
}

#[derive(Serialize)]
struct WorkloadView {
    id: String,
    title: String,
    data_id: String,
    facts: Vec<(String, String)>,
    caveats: Vec<String>,
    standings: Table,
    /// Sentences that the numbers need.
    remarks: Vec<String>,
    figures: Vec<Figure>,
}

#[derive(Serialize)]
struct BenchView {
    id: String,
    title: String,
    figures: Vec<Figure>,
}

impl Page {
    /// Computes everything that is shown.
    pub(crate) fn new(loaded: &Loaded) -> Result<Self, Error> {
        let methods = loaded.method_order();
        let contests = contests(&loaded.cells, &loaded.manifest, &loaded.workloads);
        let benches = benches(&loaded.throughput, &loaded.peers, &methods);
        let workloads = workloads(loaded, &contests, &methods)?;
        let verdicts = Verdicts::of(&loaded.verdicts);
        let most = methods.len().max(contests.iter().map(|c| c.contenders.len()).max().unwrap_or(0)).max(12);
        Ok(Self {
            tier: loaded.manifest.tier.to_string(),
            started: loaded.manifest.started.clone(),
            commit: commits(&loaded.manifest),
            series_css: series_css(most),
            answer: answer::answer(loaded, &verdicts),
            judged: !loaded.verdicts.is_empty(),
            paragraph: paragraph::paragraph(loaded, &verdicts),
            front: front::front(loaded, &contests, &benches),
            decision: decision::table(loaded),
            claims: claims::claims(loaded),
            invariance: invariance::invariance(loaded),
            workloads,
            benches: benches.iter().map(|b| bench(loaded, b)).collect::<Result<_, _>>()?,
            cards: loaded.methods.iter().map(|m| card::card(loaded, m)).collect(),
            provenance: provenance::provenance(loaded),
            references: loaded.references.keys().map(|key| card::reference(loaded, key)).collect(),
        })
    }

    /// Every table of the page that is offered as a file, with its name.
    pub(crate) fn tables(&self) -> Vec<(&str, &Table)> {
        let mut tables = vec![("methods", &self.front.data), ("decision", &self.decision)];
        if self.judged {
            tables.push(("claims", &self.claims.data));
        }
        tables.extend(self.invariance.iter().map(|invariance| ("invariance", &invariance.table)));
        for workload in &self.workloads {
            tables.push((&workload.data_id, &workload.standings));
            tables.extend(workload.figures.iter().map(|f| (f.id.as_str(), &f.table)));
        }
        for bench in &self.benches {
            tables.extend(bench.figures.iter().map(|f| (f.id.as_str(), &f.table)));
        }
        tables.push(("diverged", &self.provenance.diverged));
        tables.push(("noise", &self.provenance.noise));
        tables
    }

    /// The tier, by name.
    pub(crate) fn tier(&self) -> &str {
        &self.tier
    }
}

/// The first digits of the commits that measured, each once.
fn commits(manifest: &results::Manifest) -> String {
    let mut all: Vec<String> =
        manifest.parts.iter().map(|part| part.identity.commit.chars().take(12).collect()).collect();
    all.dedup();
    all.join(", ")
}

fn title(loaded: &Loaded, id: &str) -> String {
    loaded.workloads.iter().find(|w| w.id == id).map_or_else(|| id.to_owned(), |w| w.title.clone())
}

/// A rule per series: colour and dash. Colours repeat after eight; the dash then differs.
fn series_css(count: usize) -> String {
    const DASHES: [&str; 5] = ["none", "22 12", "6 10", "34 10 6 10", "14 8"];
    let mut css = String::new();
    for n in 0..count {
        let (colour, dash) = (n % 8, DASHES[(n + n / 8) % DASHES.len()]);
        // Writing to a String cannot fail.
        let _ = writeln!(css, ".s{n}{{--c:var(--c{colour})}}polyline.s{n}{{stroke-dasharray:{dash}}}");
    }
    css
}

/// Workloads that were run, then those that were described and not run.
fn workloads(
    loaded: &Loaded,
    contests: &[Contest<'_>],
    methods: &[String],
) -> Result<Vec<WorkloadView>, Error> {
    let mut views = Vec::new();
    for contest in contests {
        views.push(WorkloadView {
            figures: vec![
                learning::curves(loaded, contest, methods)?,
                learning::rates(loaded, contest, methods)?,
            ],
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
    if let Some(w) = loaded.workloads.iter().find(|w| w.id == id) {
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
        id: format!("workload-{}", slug(id)),
        title: title(loaded, id),
        data_id: format!("standings-{}", slug(id)),
        facts,
        caveats,
        standings: Table::new(format!("Contenders on {id}: not run"), &["contender"]),
        remarks: Vec::new(),
        figures: Vec::new(),
    }
}

fn bench(loaded: &Loaded, bench: &Bench) -> Result<BenchView, Error> {
    Ok(BenchView {
        id: dots::anchor(bench),
        title: dots::title(bench),
        figures: dots::figures(loaded, bench)?,
    })
}
