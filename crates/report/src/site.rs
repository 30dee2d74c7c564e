//! All pages as data for their templates.

use std::collections::BTreeMap;

use serde::Serialize;
use tera::{Context, Kwargs, State, Tera};

use crate::advice::{self, Advice};
use crate::answer::{self, Answer};
use crate::card::{self, Reference};
use crate::claims::{self, Claims};
use crate::convergence::contests;
use crate::dots;
use crate::errata::{self, Erratum};
use crate::error::Error;
use crate::figure::Figure;
use crate::forest;
use crate::front::{self, Front};
use crate::gradient;
use crate::invariance::{self, Invariance};
use crate::links;
use crate::load::Loaded;
use crate::method_page::{self, MethodPage, Sources};
use crate::paragraph;
use crate::provenance::{self, Provenance};
use crate::table::Table;
use crate::throughput::{Bench, benches};
use crate::translation::Translation;
use crate::verdicts::Verdicts;
use crate::workload::{self, WorkloadView};

/// The pages that every page leads to, and what they are called there.
const PAGES: [(&str, &str); 8] = [
    ("index.html", "Answer"),
    ("index.html#which", "Which one"),
    ("index.html#all", "All methods"),
    (links::CLAIMS, "Claims"),
    (links::WORKLOADS, "Workloads"),
    (links::THROUGHPUT, "Throughput"),
    ("provenance.html#references", "References"),
    (links::PROVENANCE, "Provenance"),
];

/// Where the Spanish answer says which method to use.
const WHICH_IN_SPANISH: &str = "index.es.html#which";

/// A whole site.
pub(crate) struct Site {
    common: Common,
    index: Index,
    claims: ClaimsPage,
    workloads: WorkloadsPage,
    throughput: ThroughputPage,
    provenance: ProvenancePage,
    methods: Vec<MethodPage>,
    errata: Table,
}

/// What every page says of the run.
#[derive(Serialize)]
struct Common {
    tier: String,
    started: String,
    commit: String,
    /// Whether the run holds verdicts at all.
    judged: bool,
}

/// What a page says of itself.
#[derive(Serialize)]
struct Head<'a> {
    path: &'a str,
    title: &'a str,
    description: &'a str,
    /// The pages that it leads to, with their names.
    pages: Vec<(&'a str, &'a str)>,
    /// The same page in another language: its address, the language and the language's own name.
    in_other_language: Option<(&'a str, &'a str, &'a str)>,
    /// Whether it leaves out what only exists in English.
    answer_alone: bool,
}

impl<'a> Head<'a> {
    fn of(path: &'a str, title: &'a str, description: &'a str) -> Self {
        Self { path, title, description, pages: PAGES.into(), in_other_language: None, answer_alone: false }
    }
}

#[derive(Serialize)]
struct Index {
    answer: Answer,
    paragraph: Vec<paragraph::View>,
    accepted: Vec<paragraph::View>,
    advice: Advice,
    front: Front,
}

#[derive(Serialize)]
struct ClaimsPage {
    claims: Claims,
    /// The forest plot of each claim, by the anchor of its row; empty where it compares nothing in training.
    forests: BTreeMap<String, String>,
    #[serde(skip)]
    findings: Table,
    errata: Vec<Erratum>,
    invariance: Option<Invariance>,
}

#[derive(Serialize)]
struct WorkloadsPage {
    workloads: Vec<WorkloadView>,
    /// What a probe found without training.
    gradient: Option<Figure>,
}

#[derive(Serialize)]
struct ThroughputPage {
    benches: Vec<BenchView>,
    noise: Table,
}

#[derive(Serialize)]
struct BenchView {
    id: String,
    title: String,
    figures: Vec<Figure>,
}

#[derive(Serialize)]
struct ProvenancePage {
    provenance: Provenance,
    references: Vec<Reference>,
}

/// A page as it is written.
pub(crate) struct PageFile {
    /// Where it lies inside the site.
    pub(crate) path: String,
    pub(crate) html: String,
}

impl Site {
    /// Computes everything that is shown.
    pub(crate) fn new(loaded: &Loaded) -> Result<Self, Error> {
        let order = loaded.method_order();
        let contests = contests(&loaded.cells, &loaded.manifest, &loaded.workloads);
        let benches = benches(&loaded.throughput, &loaded.peers, &order);
        let verdicts = Verdicts::of(&loaded.verdicts);
        let front = front::front(loaded, &contests, &benches);
        let errata = errata::errata(loaded, &verdicts);
        let sources =
            Sources { loaded, verdicts: &verdicts, contests: &contests, front: &front, errata: &errata };
        let methods = method_page::pages(&sources);
        Ok(Self {
            common: Common {
                tier: loaded.manifest.tier.to_string(),
                started: loaded.manifest.started.clone(),
                commit: commits(&loaded.manifest),
                judged: !loaded.verdicts.is_empty(),
            },
            claims: ClaimsPage {
                claims: claims::claims(loaded, &verdicts),
                forests: forest::of_claims(loaded)?,
                findings: forest::table(loaded),
                errata,
                invariance: invariance::invariance(loaded),
            },
            workloads: WorkloadsPage {
                workloads: workload::workloads(loaded, &contests)?,
                gradient: gradient::figure(loaded)?,
            },
            throughput: ThroughputPage {
                benches: benches.iter().map(|b| bench(loaded, b)).collect::<Result<_, _>>()?,
                noise: provenance::noise(loaded),
            },
            provenance: ProvenancePage {
                provenance: provenance::provenance(loaded),
                references: loaded.references.keys().map(|key| card::reference(loaded, key)).collect(),
            },
            index: Index {
                answer: answer::answer(loaded, &verdicts),
                paragraph: paragraph::paragraph(loaded, &verdicts),
                accepted: paragraph::accepted(loaded, &verdicts),
                advice: advice::advice(loaded, &verdicts),
                front,
            },
            methods,
            errata: errata::table(loaded),
        })
    }

    /// Every table that is offered as a file, with its name.
    pub(crate) fn tables(&self) -> Vec<(&str, &Table)> {
        let mut tables = vec![("methods", &self.index.front.data)];
        if !self.index.advice.data.rows.is_empty() {
            tables.push(("advice", &self.index.advice.data));
        }
        if self.common.judged {
            tables.push(("claims", &self.claims.claims.data));
            tables.push(("comparisons", &self.claims.findings));
        }
        if !self.errata.rows.is_empty() {
            tables.push(("errata", &self.errata));
        }
        tables.extend(self.claims.invariance.iter().map(|invariance| ("invariance", &invariance.table)));
        for workload in &self.workloads.workloads {
            tables.push((&workload.data_id, &workload.standings));
            tables.extend(workload.figures.iter().map(|f| (f.id.as_str(), f.data())));
        }
        tables.extend(self.workloads.gradient.iter().map(|f| (f.id.as_str(), f.data())));
        for bench in &self.throughput.benches {
            tables.extend(bench.figures.iter().map(|f| (f.id.as_str(), f.data())));
        }
        tables.push(("diverged", &self.provenance.provenance.diverged));
        tables.push(("noise", &self.throughput.noise));
        tables
    }

    /// The tier, by name.
    pub(crate) fn tier(&self) -> &str {
        &self.common.tier
    }

    /// All pages; the one that leads to the others is the last.
    pub(crate) fn render(&self, tera: &mut Tera) -> Result<Vec<PageFile>, Error> {
        let head = Head::of;
        let mut files = Vec::new();
        for method in &self.methods {
            let about =
                "A normalization method: formula, gradient, what it pools, where it stands, what it keeps.";
            files.push(self.page(tera, "method.html", &head(&method.path, &method.title, about), method)?);
        }
        let claims =
            head(links::CLAIMS, "Claims", "Claims of the literature, and what one run says to each.");
        files.push(self.page(tera, "claims.html", &claims, &self.claims)?);
        let workloads =
            head(links::WORKLOADS, "Workloads", "Who learns how well, how fast and at which learning rate.");
        files.push(self.page(tera, "workloads.html", &workloads, &self.workloads)?);
        let throughput =
            head(links::THROUGHPUT, "Throughput", "How close each method comes to the speed of a copy.");
        files.push(self.page(tera, "throughput.html", &throughput, &self.throughput)?);
        let provenance = head(
            links::PROVENANCE,
            "Provenance",
            "Where the numbers come from, what is missing, and all sources.",
        );
        files.push(self.page(tera, "provenance.html", &provenance, &self.provenance)?);
        files.extend(self.answers(tera)?);
        Ok(files)
    }

    /// The answer in Spanish, and in English with what leads to all other pages.
    fn answers(&self, tera: &mut Tera) -> Result<[PageFile; 2], Error> {
        let title = "Normalization methods compared";
        let about =
            "Neural-network normalization methods compared, with the measurements behind every number.";
        let here = |path: &'static str| if path == links::INDEX { links::INDEX_IN_SPANISH } else { path };
        let spanish = Head {
            pages: PAGES
                .iter()
                .map(|(path, name)| match path.strip_prefix("index.html#which") {
                    Some("") => (WHICH_IN_SPANISH, *name),
                    _ => (here(path), *name),
                })
                .collect(),
            in_other_language: Some((links::INDEX, "en", "English")),
            answer_alone: true,
            ..Head::of(links::INDEX_IN_SPANISH, title, about)
        };
        let mut in_spanish = self.page(tera, "index.html", &spanish, &self.index)?;
        in_spanish.html = Translation::spanish()?.page(&in_spanish.html);
        let english = Head {
            in_other_language: Some((links::INDEX_IN_SPANISH, "es", "Español")),
            ..Head::of(links::INDEX, title, about)
        };
        Ok([in_spanish, self.page(tera, "index.html", &english, &self.index)?])
    }

    fn page(
        &self,
        tera: &mut Tera,
        template: &'static str,
        head: &Head<'_>,
        body: &impl Serialize,
    ) -> Result<PageFile, Error> {
        let failed = |source| Error::Template { template, source: Box::new(source) };
        let from = head.path.to_owned();
        tera.register_filter("here", move |to: &str, _: Kwargs, _: &State| links::relative(&from, to));
        let mut context = Context::from_serialize(body).map_err(failed)?;
        context.insert("site", &self.common);
        context.insert("page", head);
        let html = tera.render(template, &context).map_err(failed)?;
        Ok(PageFile { path: head.path.to_owned(), html })
    }
}

/// The first digits of the commits that measured, each once.
fn commits(manifest: &results::Manifest) -> String {
    let mut all: Vec<String> =
        manifest.parts.iter().map(|part| part.identity.commit.chars().take(12).collect()).collect();
    all.dedup();
    all.join(", ")
}

fn bench(loaded: &Loaded, bench: &Bench) -> Result<BenchView, Error> {
    Ok(BenchView {
        id: dots::anchor(bench),
        title: dots::title(bench),
        figures: dots::figures(loaded, bench)?,
    })
}
