//! All claims with what the run says to each.

use results::{Verdict, VerdictRecord};
use serde::Serialize;

use crate::card::{self, Reference};
use crate::format;
use crate::load::Loaded;
use crate::sentence;
use crate::table::{Cell, Table};
use crate::verdicts::{Said, Verdicts, anchor, deciding};

/// The section.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Claims {
    groups: Vec<Group>,
    #[serde(skip)]
    pub(crate) data: Table,
}

/// The claims of one verdict.
#[derive(Debug, Clone, Serialize)]
struct Group {
    word: &'static str,
    count: usize,
    rows: Vec<Row>,
}

#[derive(Debug, Clone, Serialize)]
struct Row {
    anchor: String,
    id: String,
    source: Reference,
    statement: String,
    /// The number that decided, or why there is none.
    found: String,
    threshold: String,
    pairs: String,
    rates: String,
    evidence: String,
    differs: String,
    reason: String,
    declared: String,
    findings: Vec<String>,
    cells: String,
    /// The verdicts that it counts, with what each is about.
    counts: Vec<(String, Said)>,
}

/// Builds the section from the verdicts of the run.
pub(crate) fn claims(loaded: &Loaded, verdicts: &Verdicts<'_>) -> Claims {
    let mut data = Table::new(
        "What the run says to each claim",
        &[
            "claim",
            "source",
            "statement",
            "verdict",
            "reason",
            "compared",
            "#effect",
            "#lower",
            "#upper",
            "set beforehand",
            "rates",
            "#pairs",
            "differs from the source",
            "#cells",
            "probe",
            "ratio of times",
            "#core-minutes",
            "declared",
        ],
    );
    let groups = [Verdict::Supported, Verdict::Refuted, Verdict::Undecided].map(|verdict| {
        let mut records: Vec<&VerdictRecord> =
            loaded.verdicts.iter().filter(|record| record.verdict == verdict).collect();
        records.sort_by(|a, b| crate::natural::compare(&a.id, &b.id));
        data.rows.extend(records.iter().map(|record| values(record)));
        Group {
            word: verdict.name(),
            count: records.len(),
            rows: records.iter().map(|record| row(loaded, verdicts, record)).collect(),
        }
    });
    Claims { groups: groups.into(), data }
}

fn or<'a>(text: &'a str, nothing: &'a str) -> &'a str {
    if text.is_empty() { nothing } else { text }
}

fn row(loaded: &Loaded, verdicts: &Verdicts<'_>, record: &VerdictRecord) -> Row {
    let first = deciding(record);
    Row {
        anchor: anchor(&record.id),
        id: record.id.clone(),
        source: card::reference(loaded, &record.source),
        statement: record.statement.clone(),
        found: first.map_or_else(|| record.reason.clone(), |finding| sentence::found(&finding.effect)),
        threshold: threshold(record),
        pairs: first.filter(|f| f.pairs > 0).map_or_else(String::new, |f| format!("{} pairs", f.pairs)),
        rates: rates(record),
        evidence: evidence(record),
        differs: or(&record.differs, "nothing").to_owned(),
        reason: record.reason.clone(),
        declared: record.declared.clone(),
        findings: record.findings.iter().map(finding).collect(),
        cells: cells(&record.cells),
        counts: record
            .counts
            .iter()
            .map(|counted| (counted.about.clone(), verdicts.said(&loaded.links, &counted.claim)))
            .collect(),
    }
}

/// What was set beforehand: in the words of what was found, or, where nothing was found yet, as the claim was declared.
fn threshold(record: &VerdictRecord) -> String {
    if record.findings.iter().any(|f| f.effect.pairing.is_some()) {
        record.findings.iter().map(sentence::expected).collect::<Vec<_>>().join("; ")
    } else {
        or(&record.threshold, "nothing yet").to_owned()
    }
}

/// Cells that are named where a claim rests on many.
const NAMED: usize = 4;

/// The first of the cells by name, and how many more there are.
fn cells(ids: &[String]) -> String {
    let named = ids.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match ids.len().saturating_sub(NAMED) {
        0 => named,
        more => format!("{named} and {more} more, which verdicts.json of the run names"),
    }
}

/// The rates of the arms, each once.
fn rates(record: &VerdictRecord) -> String {
    let mut all: Vec<String> = Vec::new();
    for (arm, rate) in record.findings.iter().flat_map(|finding| &finding.rates) {
        let text = format!("{arm} at {}", format::number(*rate));
        if !all.contains(&text) {
            all.push(text);
        }
    }
    all.join(", ")
}

/// What it rests on, or what deciding it would cost.
fn evidence(record: &VerdictRecord) -> String {
    let minutes = record.core_minutes.map(|m| format!("{}\u{a0}core-minutes", format::number(m)));
    if record.verdict == Verdict::Undecided
        && record.cells.is_empty()
        && record.probe.is_none()
        && record.ratio.is_none()
    {
        return minutes.map_or_else(|| "not run".to_owned(), |m| format!("not run; it takes about {m}"));
    }
    let mut parts = Vec::new();
    if let Some(probe) = &record.probe {
        parts.push(format!("probe {probe}"));
    }
    if let Some(ratio) = &record.ratio {
        parts.push(format!("times of {ratio}, taken in turns"));
    }
    if !record.counts.is_empty() {
        let claims = if record.counts.len() == 1 { "claim" } else { "claims" };
        parts.push(format!("{} other {claims}", record.counts.len()));
    }
    if !record.cells.is_empty() {
        let of = if record.cells.len() == 1 { "cell" } else { "cells" };
        parts.push(format!("{} {of}", record.cells.len()));
    }
    parts.extend(minutes);
    parts.join(", ")
}

fn finding(f: &results::Finding) -> String {
    let p = f
        .adjusted_p
        .map_or_else(String::new, |p| format!(", p after Holm's correction {}", format::number(p)));
    let pairs = if f.pairs > 0 { format!(", {} pairs", f.pairs) } else { String::new() };
    let (expected, size) = (sentence::expected(f), sentence::size(&f.effect));
    format!("{expected}; found {size}{p}{pairs}: {}", f.verdict.name())
}

fn values(record: &VerdictRecord) -> Vec<Cell> {
    let first = deciding(record);
    let number = |value: Option<f64>| {
        value.map_or_else(|| Cell::absent("none"), |value| Cell::number(value, format::number(value)))
    };
    let found = first.map(|f| &f.effect);
    vec![
        Cell::text(record.id.clone()),
        Cell::text(record.source.clone()),
        Cell::text(record.statement.clone()),
        Cell::text(record.verdict.name()),
        Cell::text(record.reason.clone()),
        Cell::text(first.map_or_else(String::new, |f| f.what.clone())),
        number(found.map(|e| e.value)),
        number(found.and_then(|e| e.lower)),
        number(found.and_then(|e| e.upper)),
        Cell::text(record.threshold.clone()),
        Cell::text(rates(record)),
        number(first.map(|f| f.pairs as f64)),
        Cell::text(record.differs.clone()),
        number(Some(record.cells.len() as f64)),
        Cell::text(record.probe.clone().unwrap_or_default()),
        Cell::text(record.ratio.clone().unwrap_or_default()),
        number(record.core_minutes),
        Cell::text(record.declared.clone()),
    ]
}

#[cfg(test)]
mod tests {
    use super::cells;

    #[test]
    fn many_cells_are_counted_after_the_first() {
        let ids: Vec<String> = (0..6).map(|n| format!("c{n}")).collect();
        assert_eq!(cells(&ids[..4]), "c0, c1, c2, c3");
        assert_eq!(cells(&ids), "c0, c1, c2, c3 and 2 more, which verdicts.json of the run names");
        assert_eq!(cells(&[]), "");
    }
}
