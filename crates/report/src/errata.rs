//! Where published code or text differs from its paper, and what that changes.

use results::ErratumRecord;
use serde::Serialize;

use crate::card::{self, Reference};
use crate::format;
use crate::links;
use crate::load::Loaded;
use crate::sentence;
use crate::table::{Cell, Table};
use crate::verdicts::{Said, Verdicts};

/// One difference.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Erratum {
    anchor: String,
    title: String,
    source: Reference,
    place: String,
    does: String,
    says: String,
    /// What it changes and by how much, or that the run does not say.
    effect: String,
    claim: Option<Said>,
    probe: String,
    /// Titles and pages of the methods that it concerns.
    methods: Vec<(String, String)>,
    /// The same by id.
    #[serde(skip)]
    concerns: Vec<String>,
}

impl Erratum {
    pub(crate) fn concerns(&self, method: &str) -> bool {
        self.concerns.iter().any(|id| id == method)
    }
}

/// All of a run, in the order of their records.
pub(crate) fn errata(loaded: &Loaded, verdicts: &Verdicts<'_>) -> Vec<Erratum> {
    let one = |record: &ErratumRecord| Erratum {
        anchor: links::erratum(&record.id),
        title: format::capitalized(&record.id.replace('-', " ")),
        source: card::reference(loaded, &record.source),
        place: record.place.clone(),
        does: record.does.clone(),
        says: record.says.clone(),
        effect: record.effect.as_ref().map_or_else(|| "this run does not say".to_owned(), sentence::found),
        claim: record.claim.as_ref().map(|id| verdicts.said(&loaded.links, id)),
        probe: record.probe.clone().unwrap_or_default(),
        methods: record
            .methods
            .iter()
            .map(|id| (loaded.title(id).to_owned(), loaded.links.method(id)))
            .collect(),
        concerns: record.methods.clone(),
    };
    loaded.errata.iter().map(one).collect()
}

/// The same as it is offered as a file.
pub(crate) fn table(loaded: &Loaded) -> Table {
    let mut table = Table::new(
        "Where published code or text differs from its paper",
        &["erratum", "source", "methods", "place", "does", "says", "effect", "claim", "probe"],
    );
    for record in &loaded.errata {
        let or = |text: &Option<String>| Cell::text(text.clone().unwrap_or_default());
        table.rows.push(vec![
            Cell::text(record.id.clone()),
            Cell::text(record.source.clone()),
            Cell::text(record.methods.join(" ")),
            Cell::text(record.place.clone()),
            Cell::text(record.does.clone()),
            Cell::text(record.says.clone()),
            Cell::text(record.effect.as_ref().map_or_else(String::new, sentence::found)),
            or(&record.claim),
            or(&record.probe),
        ]);
    }
    table
}
