//! The answer to the question: the three methods it names, a column each, as their records and the verdicts of the run say.

use results::{Answer as Reply, MethodRecord, Property, StateSize};
use serde::Serialize;

use crate::block::{self, Block, Size};
use crate::concerns::{self, THREE};
use crate::format;
use crate::load::Loaded;
use crate::lstm;
use crate::placement::in_lstm;
use crate::slug::slug;
use crate::verdicts::{Said, Verdicts};

/// Verdicts of a column that are seen at once; the others stand behind a disclosure.
const SHOWN: usize = 4;

/// The section.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Answer {
    /// What was asked.
    question: String,
    /// In what the three differ, in one sentence; empty where the run describes none of them.
    lede: String,
    columns: Vec<Column>,
    /// Parts of a column, which stand side by side.
    parts: usize,
}

#[derive(Debug, Clone, Serialize)]
struct Column {
    anchor: String,
    title: String,
    /// The page of the method, or nothing.
    link: String,
    /// Whether the run describes it.
    known: bool,
    block: Option<Block>,
    /// An LSTM with its places marked.
    cell: Option<String>,
    /// What it does, in one sentence.
    sentence: String,
    facts: Vec<Fact>,
    shown: Vec<Said>,
    more: Vec<Said>,
}

/// A short answer and its reason.
#[derive(Debug, Clone, Serialize)]
struct Fact {
    label: &'static str,
    text: String,
    why: String,
    muted: bool,
}

type Ask = fn(&MethodRecord) -> (String, String);

const FACTS: [(&str, Ask); 9] = [
    ("what is normalized", |m| (m.site.clone(), m.kind.clone())),
    ("over what", |m| (m.reference_set.name.clone(), format::axes(&m.reference_set.axes))),
    ("where in an LSTM", in_lstm),
    ("what happens at test", at_test),
    ("state kept", |m| state(m).unwrap_or_else(|| (format::NOT_MEASURED.to_owned(), String::new()))),
    ("with a batch of one", |m| works(&m.batch_one)),
    ("on sequences longer than in training", |m| works(&m.longer_than_training)),
    ("beside padding", |m| works(&m.padding)),
    ("as weights of a plain network", |m| works(&m.reparametrization)),
];

/// Builds the section.
pub(crate) fn answer(loaded: &Loaded, verdicts: &Verdicts<'_>) -> Answer {
    let record = |id: &str| loaded.methods.iter().find(|m| m.id == id);
    let known: Vec<&MethodRecord> = THREE.into_iter().filter_map(record).collect();
    let columns = THREE.map(|id| {
        // A claim without a verdict is named with what is missing, not in every column.
        let mut shown: Vec<Said> = concerns::of(id)
            .map(|claim| verdicts.said(&loaded.links, claim))
            .filter(|said| !said.href.is_empty())
            .collect();
        let more = shown.split_off(shown.len().min(SHOWN));
        column(loaded, id, record(id), shown, more)
    });
    let [first, second, third] = THREE.map(|id| loaded.title(id));
    let question = format!("What is the difference between {first}, {second} and {third}?");
    // Title, block, cell, sentence, facts, verdicts.
    Answer { question, lede: lede(&known), columns: columns.into(), parts: 5 + FACTS.len() }
}

fn column(
    loaded: &Loaded,
    id: &str,
    record: Option<&MethodRecord>,
    shown: Vec<Said>,
    more: Vec<Said>,
) -> Column {
    let anchor = format!("answer-{}", slug(id));
    let fact = |(label, ask): (&'static str, Ask)| {
        let (text, why) = record.map_or_else(|| ("no record in this run".to_owned(), String::new()), ask);
        let muted = record.is_none() || text == format::NOT_MEASURED;
        Fact { label, text, why, muted }
    };
    Column {
        title: loaded.title(id).to_owned(),
        link: loaded.links.method(id),
        known: record.is_some(),
        block: record.and_then(|m| block::block(m, &format!("{anchor}-block"), Size::Large)),
        cell: record.and_then(|m| lstm::cell(m, &format!("{anchor}-lstm"))),
        sentence: record.map_or_else(String::new, sentence),
        facts: FACTS.map(fact).into(),
        shown,
        more,
        anchor,
    }
}

/// In what they differ, of all in which they could.
fn lede(known: &[&MethodRecord]) -> String {
    let aspects: [(&str, fn(&MethodRecord) -> String); 3] = [
        ("what one statistic averages over", |m| {
            format!("{} {}", m.reference_set.name, m.reference_set.axes)
        }),
        ("what is kept for the test", kept),
        ("where in an LSTM they stand", |m| in_lstm(m).0),
    ];
    let differ = |of: &fn(&MethodRecord) -> String| {
        known.iter().map(|m| of(m)).collect::<std::collections::BTreeSet<_>>().len() > 1
    };
    let words: Vec<&str> = aspects.iter().filter(|(_, of)| differ(of)).map(|(words, _)| *words).collect();
    match words.as_slice() {
        [] => String::new(),
        [one] => format!("They differ in {one}."),
        [all @ .., last] => format!("They differ in {} and in {last}.", all.join(", in ")),
    }
}

/// What a method averages over, keeps and normalizes in an LSTM.
pub(crate) fn sentence(m: &MethodRecord) -> String {
    let set = &m.reference_set;
    let averages = if set.axes == "none" {
        "It averages over nothing".to_owned()
    } else {
        format!("It averages over the {} ({})", set.name.replace('_', " "), format::axes(&set.axes))
    };
    if m.placements.iter().any(|place| place.starts_with("lstm:")) {
        format!("{averages}, {}, and in an LSTM it normalizes {}.", kept(m), in_lstm(m).0)
    } else {
        format!("{averages} and {}.", kept(m))
    }
}

fn kept(m: &MethodRecord) -> String {
    if m.state.is_empty() {
        return "keeps nothing for the test".to_owned();
    }
    let ends = (m.state_growth.first(), m.state_growth.last());
    let grows = matches!(ends, (Some(a), Some(b)) if a.bytes < b.bytes);
    format!("keeps statistics for the test{}", if grows { ", more for every step" } else { "" })
}

/// Whether evaluation computes what training did, and by what.
pub(crate) fn at_test(m: &MethodRecord) -> (String, String) {
    let text = match m.train_equals_eval.answer {
        Reply::Yes => "the same as in training",
        Reply::No => "another function than in training",
        Reply::Conditional => "it depends",
    };
    let mut why = vec![m.train_equals_eval.why.clone(), format!("policy “{}”", m.policy.replace('_', " "))];
    if !m.state.is_empty() {
        let names: Vec<&str> = m.state.iter().map(|s| s.name.as_str()).collect();
        why.push(format!("stored: {}", names.join(", ")));
    }
    why.retain(|text| !text.is_empty());
    (text.to_owned(), why.join("; "))
}

fn works(property: &Property) -> (String, String) {
    (property.answer.word().to_owned(), property.why.clone())
}

/// Bytes at 1 and at 100 steps, or at the fewest and the most that were measured.
pub(crate) fn state(m: &MethodRecord) -> Option<(String, String)> {
    let growth = &m.state_growth;
    let at = |steps: u64| growth.iter().find(|size| size.steps == steps);
    let (a, b) = at(1).or(growth.first()).zip(at(100).or(growth.last()))?;
    let steps = |n: u64| if n == 1 { "1 step".to_owned() } else { format!("{n} steps") };
    if a.bytes == 0 && b.bytes == 0 {
        return Some(("none".to_owned(), format!("at {} and at {}", steps(a.steps), steps(b.steps))));
    }
    let size = |s: &StateSize| format!("{} at {}", format::bytes(s.bytes), steps(s.steps));
    let formula = format::sum(m.state.iter().map(|s| s.bytes.as_str()));
    Some((format!("{}, {}", size(a), size(b)), formula))
}
