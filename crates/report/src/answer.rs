//! The answer to the question: the three methods it names, side by side, as their records and the verdicts of the run say.

use results::{Answer as Reply, MethodRecord, Property};
use serde::Serialize;

use crate::concerns::{self, THREE};
use crate::format;
use crate::load::Loaded;
use crate::placement::in_lstm;
use crate::slug::slug;
use crate::verdicts::{Said, Verdicts};

/// The section.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Answer {
    /// The difference in one sentence; empty where the run describes none of the three.
    sentence: String,
    /// Titles of the methods, with the anchors of their cards.
    heads: Vec<(String, String)>,
    rows: Vec<Row>,
    /// For each method, what the run says to the claims that concern it.
    runs: Vec<Column>,
}

/// The claims that concern one method: what is decided first, then what is not.
#[derive(Debug, Clone, Serialize)]
struct Column {
    decided: Vec<Said>,
    open: Vec<Said>,
}

#[derive(Debug, Clone, Serialize)]
struct Row {
    label: &'static str,
    cells: Vec<Entry>,
}

/// A short answer and its reason.
#[derive(Debug, Clone, Serialize)]
struct Entry {
    text: String,
    why: String,
    muted: bool,
}

type Ask = fn(&MethodRecord) -> Entry;

const ROWS: [(&str, Ask); 9] = [
    ("what is normalized", |m| entry(&m.site, &m.kind)),
    ("over what", |m| entry(&m.reference_set.name, &m.reference_set.axes)),
    ("where in an LSTM", |m| {
        let (words, name) = in_lstm(m);
        entry(&words, &name)
    }),
    ("what happens at test", at_test),
    ("with a batch of one", |m| works(&m.batch_one)),
    ("on sequences longer than in training", |m| works(&m.longer_than_training)),
    ("beside padding", |m| works(&m.padding)),
    ("as weights of a plain network", |m| works(&m.reparametrization)),
    ("state kept", state),
];

/// Builds the section.
pub(crate) fn answer(loaded: &Loaded, verdicts: &Verdicts<'_>) -> Answer {
    let records: Vec<(&str, Option<&MethodRecord>)> =
        THREE.map(|id| (id, loaded.methods.iter().find(|m| m.id == id))).into();
    let known: Vec<&MethodRecord> = records.iter().filter_map(|(_, record)| *record).collect();
    let ask = |question: Ask| {
        let of = |(_, record): &(&str, Option<&MethodRecord>)| {
            record.map_or_else(|| absent("no record in this run"), question)
        };
        records.iter().map(of).collect()
    };
    // A claim without a verdict is named with what is missing, not in every column.
    let said = |method: &str| {
        let all = concerns::of(method).map(|id| verdicts.said(id)).filter(|said| !said.href.is_empty());
        let (open, decided) = all.partition(|said| said.mark == "undecided");
        Column { decided, open }
    };
    Answer {
        sentence: sentence(&known),
        heads: records
            .iter()
            .map(|(id, record)| match record {
                Some(m) => (m.title.clone(), format!("#method-{}", slug(id))),
                None => ((*id).to_owned(), String::new()),
            })
            .collect(),
        rows: ROWS.map(|(label, question)| Row { label, cells: ask(question) }).into(),
        runs: THREE.map(said).into(),
    }
}

fn entry(text: &str, why: &str) -> Entry {
    Entry { text: text.to_owned(), why: why.to_owned(), muted: false }
}

fn absent(text: &str) -> Entry {
    Entry { muted: true, ..entry(text, "") }
}

/// What tells the methods apart, in one sentence out of their records.
fn sentence(known: &[&MethodRecord]) -> String {
    if known.is_empty() {
        return String::new();
    }
    let one = |m: &&MethodRecord| {
        let kept = if m.state.is_empty() {
            "keeps nothing for the test".to_owned()
        } else {
            let grows = matches!((m.state_growth.first(), m.state_growth.last()), (Some(a), Some(b)) if a.bytes < b.bytes);
            let how = if grows { ", more for every step" } else { "" };
            format!("keeps statistics for the test{how}")
        };
        format!(
            "{} averages over the {} ({}), {kept}, and in an LSTM it normalizes {}",
            m.title,
            m.reference_set.name,
            m.reference_set.axes,
            in_lstm(m).0
        )
    };
    let all: Vec<String> = known.iter().map(one).collect();
    format!(
        "They differ in what they average over, in what they keep and in where they stand: {}.",
        all.join("; ")
    )
}

fn at_test(m: &MethodRecord) -> Entry {
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
    entry(text, &why.join("; "))
}

fn works(property: &Property) -> Entry {
    let text = match property.answer {
        Reply::Yes => "yes",
        Reply::No => "no",
        Reply::Conditional => "depends",
    };
    entry(text, &property.why)
}

/// Bytes at 1 and at 100 steps, or at the fewest and the most that were measured.
fn state(m: &MethodRecord) -> Entry {
    let growth = &m.state_growth;
    let at = |steps: u64| growth.iter().find(|size| size.steps == steps);
    let ends = at(1).or(growth.first()).zip(at(100).or(growth.last()));
    let steps = |n: u64| if n == 1 { "1 step".to_owned() } else { format!("{n} steps") };
    match ends {
        None => absent(format::NOT_MEASURED),
        Some((a, b)) if a.bytes == 0 && b.bytes == 0 => {
            entry("none", &format!("at {} and at {}", steps(a.steps), steps(b.steps)))
        }
        Some((a, b)) => {
            let size = |s: &results::StateSize| format!("{} at {}", format::bytes(s.bytes), steps(s.steps));
            let formula = m.state.iter().map(|s| s.bytes.as_str()).collect::<Vec<_>>().join(" + ");
            entry(&format!("{}, {}", size(a), size(b)), &formula)
        }
    }
}
