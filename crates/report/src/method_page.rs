//! The page of one method: what it is, where it stands, what it keeps, and what the run says to it.

use std::collections::{BTreeMap, BTreeSet};

use results::{MethodRecord, Property};
use serde::Serialize;

use crate::answer;
use crate::block::{self, Block, Size};
use crate::card::{self, Card};
use crate::concerns;
use crate::convergence::Contest;
use crate::errata::Erratum;
use crate::family;
use crate::format;
use crate::front::{self, Front, FrontCell};
use crate::invariance;
use crate::learning;
use crate::links;
use crate::load::Loaded;
use crate::lstm;
use crate::placement;
use crate::slug::slug;
use crate::table::{Cell, Table};
use crate::verdicts::{Said, Verdicts};

/// Everything a method's page shows.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct MethodPage {
    /// Its file.
    #[serde(skip)]
    pub(crate) path: String,
    pub(crate) title: String,
    anchor: String,
    family: &'static str,
    /// Address of its row in the comparison.
    row: String,
    sentence: String,
    card: Card,
    block: Option<Block>,
    cell: Option<String>,
    /// Its places in an LSTM, in words; empty where it has none.
    in_lstm: String,
    /// Its places by name, and the models that have it there.
    places: Vec<(String, String)>,
    at_test: (String, String),
    properties: Vec<Asked>,
    /// Changes, and whether the output stays the same.
    invariances: Vec<(String, String)>,
    state: Table,
    /// The size of what is kept as the record gives it.
    state_formula: String,
    results: Table,
    claims: Vec<Said>,
    errata: Vec<Erratum>,
    /// Titles and pages of the methods before and after it.
    before: Option<(String, String)>,
    after: Option<(String, String)>,
}

/// A question to a method with its answer.
#[derive(Debug, Clone, Serialize)]
struct Asked {
    question: &'static str,
    sign: &'static str,
    answer: &'static str,
    why: String,
    known: &'static str,
}

/// What is the same for all pages.
pub(crate) struct Sources<'a> {
    pub(crate) loaded: &'a Loaded,
    pub(crate) verdicts: &'a Verdicts<'a>,
    pub(crate) contests: &'a [Contest<'a>],
    pub(crate) front: &'a Front,
    pub(crate) errata: &'a [Erratum],
}

/// The pages of all methods that have a record, in the order of the comparison.
pub(crate) fn pages(from: &Sources<'_>) -> Vec<MethodPage> {
    let record = |id: &str| from.loaded.methods.iter().find(|m| m.id == id);
    let order: Vec<&MethodRecord> = from.front.rows().filter_map(|row| record(&row.id)).collect();
    let claims = claims_by_method(from.loaded);
    let beside = |at: Option<usize>| {
        let m = at.and_then(|at| order.get(at))?;
        Some((m.title.clone(), links::method_page(&m.id)))
    };
    order
        .iter()
        .enumerate()
        .map(|(at, m)| MethodPage {
            before: beside(at.checked_sub(1)),
            after: beside(Some(at + 1)),
            ..page(from, m, claims.get(m.id.as_str()))
        })
        .collect()
}

/// The claims that rest on training runs of each method.
fn claims_by_method(loaded: &Loaded) -> BTreeMap<&str, BTreeSet<&str>> {
    let methods: BTreeMap<&str, &str> =
        loaded.cells.iter().map(|record| (record.id.as_str(), record.cell.method.as_str())).collect();
    let mut claims: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for verdict in &loaded.verdicts {
        for method in verdict.cells.iter().filter_map(|cell| methods.get(cell.as_str()).copied()) {
            claims.entry(method).or_default().insert(verdict.id.as_str());
        }
    }
    claims
}

fn page(from: &Sources<'_>, m: &MethodRecord, claims: Option<&BTreeSet<&str>>) -> MethodPage {
    let loaded = from.loaded;
    let mut ids: Vec<&str> = concerns::of(&m.id).collect();
    let mut rest: Vec<&str> = claims.into_iter().flatten().copied().filter(|id| !ids.contains(id)).collect();
    rest.sort_by(|a, b| crate::natural::compare(a, b));
    ids.append(&mut rest);
    let claims = ids.into_iter().map(|id| from.verdicts.said(&loaded.links, id));
    let in_lstm = m.placements.iter().any(|place| place.starts_with("lstm:"));
    MethodPage {
        path: links::method_page(&m.id),
        title: m.title.clone(),
        anchor: format!("method-{}", slug(&m.id)),
        family: family::ALL[family::of(m)],
        row: format!("{}#{}", links::INDEX, links::row(&m.id)),
        sentence: answer::sentence(m),
        card: card::card(loaded, m),
        block: block::block(m, &format!("block-{}", slug(&m.id)), Size::Large),
        cell: lstm::cell(m, &format!("lstm-{}", slug(&m.id))),
        in_lstm: if in_lstm { placement::in_lstm(m).0 } else { String::new() },
        places: placement::by_name(m),
        at_test: answer::at_test(m),
        properties: properties(m),
        invariances: invariance::of(loaded, &m.id),
        state: state(m),
        state_formula: format::sum(m.state.iter().map(|s| s.bytes.as_str())),
        results: results(from, m),
        claims: claims.filter(|said| !said.href.is_empty()).collect(),
        errata: from.errata.iter().filter(|erratum| erratum.concerns(&m.id)).cloned().collect(),
        before: None,
        after: None,
    }
}

fn properties(m: &MethodRecord) -> Vec<Asked> {
    let asked: [(&'static str, &Property); 5] = [
        ("Is evaluation the same function as training?", &m.train_equals_eval),
        ("Does it work with a batch of one?", &m.batch_one),
        ("Does it work on sequences longer than in training?", &m.longer_than_training),
        ("Does padding leave the other results alone?", &m.padding),
        ("Does it fold into the weights of a plain network?", &m.reparametrization),
    ];
    asked
        .map(|(question, property)| Asked {
            question,
            sign: front::sign(property),
            answer: property.answer.word(),
            why: property.why.clone(),
            known: front::known(property),
        })
        .into()
}

/// What is kept for sequences of several lengths.
fn state(m: &MethodRecord) -> Table {
    let mut table = Table::new(
        "What one layer keeps between calls and does not learn, by the steps of the sequences it was trained on",
        &["#steps", "#bytes"],
    );
    for size in &m.state_growth {
        table.rows.push(vec![
            Cell::number(size.steps as f64, format::count(size.steps)),
            Cell::number(size.bytes as f64, format::bytes(size.bytes)),
        ]);
    }
    table
}

/// What it learned on each workload, and what it cost.
fn results(from: &Sources<'_>, m: &MethodRecord) -> Table {
    let mut table = Table::new(
        "What it did in this run, by the mean over seeds; numbers that differ are no decision, which is for the claims",
        &["where", "quantity", "result", "in detail"],
    );
    let Some(row) = from.front.rows().find(|row| row.id == m.id) else { return table };
    let mut line = |place: Cell, quantity: String, cell: &FrontCell| {
        let text = if cell.muted { Cell::absent(cell.text.clone()) } else { Cell::text(cell.text.clone()) };
        table.rows.push(vec![place, Cell::text(quantity), text, Cell::text(cell.why.clone())]);
    };
    // Where it was not trained and nobody says why, there is nothing to tell.
    let told = |cell: &FrontCell| !cell.muted || !cell.why.is_empty();
    for (contest, cell) in from.contests.iter().zip(&row.learned).filter(|(_, cell)| told(cell)) {
        let workload = from.loaded.workloads.iter().find(|w| w.id == contest.workload);
        let title = workload.map_or(contest.workload.as_str(), |w| w.title.as_str());
        let place = Cell::text(title).linked(from.loaded.links.workload(&contest.workload));
        line(place, format!("final {}", learning::words(contest.metric)), cell);
    }
    if !row.cost.muted {
        line(
            Cell::text("throughput").linked(row.cost.link.clone()),
            "share of copy speed".to_owned(),
            &row.cost,
        );
    }
    table
}
