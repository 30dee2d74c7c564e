//! What a run says to one claim, in words that follow from its record.

use std::collections::BTreeMap;

use results::{Finding, Verdict, VerdictRecord};
use serde::Serialize;

use crate::links::Links;
use crate::sentence;
use crate::slug::slug;

/// The verdicts of a run, by claim. Empty where there are none.
pub(crate) struct Verdicts<'a>(BTreeMap<&'a str, &'a VerdictRecord>);

impl<'a> Verdicts<'a> {
    pub(crate) fn of(records: &'a [VerdictRecord]) -> Self {
        Self(records.iter().map(|record| (record.id.as_str(), record)).collect())
    }

    pub(crate) fn get(&self, id: &str) -> Option<&'a VerdictRecord> {
        self.0.get(id).copied()
    }

    /// What is said to a claim, wherever the site speaks of it.
    pub(crate) fn said(&self, links: &Links, id: &str) -> Said {
        let Some(record) = self.get(id) else {
            return Said {
                id: id.to_owned(),
                href: String::new(),
                statement: String::new(),
                mark: "absent",
                words: "this run holds no verdict on it".to_owned(),
            };
        };
        Said {
            id: id.to_owned(),
            href: links.claim(id),
            statement: record.statement.clone(),
            mark: record.verdict.name(),
            words: words(record),
        }
    }
}

/// A verdict where another part of the site speaks of the claim.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Said {
    pub(crate) id: String,
    /// The address of the claim's row inside the site, or nothing.
    pub(crate) href: String,
    pub(crate) statement: String,
    /// The word of the verdict, or `absent`.
    pub(crate) mark: &'static str,
    pub(crate) words: String,
}

/// The anchor of a claim's row: its id as it stands wherever that is a name.
pub(crate) fn anchor(id: &str) -> String {
    let plain = !id.is_empty() && id.len() < 40 && id.bytes().all(|b| b.is_ascii_alphanumeric());
    // What is no plain name gets a slug, which has a hyphen with digits of a digest, or is in lower case.
    if plain { format!("claim-{id}") } else { format!("claim-s-{}", slug(id)) }
}

/// The word with the number that it rests on, or the reason why there is none.
pub(crate) fn words(record: &VerdictRecord) -> String {
    let found = deciding(record).map(|finding| sentence::found(&finding.effect));
    let found = found.unwrap_or_else(|| record.reason.clone());
    match record.verdict {
        Verdict::Supported => format!("supported by our runs: {found}"),
        Verdict::Refuted => format!("our runs speak against it: {found}"),
        Verdict::Undecided => format!("not decided: {}", record.reason),
    }
}

/// The finding that a claim is quoted with: the first that says what the verdict says. A claim of many conditions falls by one
/// of them, which need not be the first.
pub(crate) fn deciding(record: &VerdictRecord) -> Option<&Finding> {
    let says = record.findings.iter().find(|finding| finding.verdict == record.verdict);
    says.or_else(|| record.findings.first())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn anchors_are_ids_and_no_two_are_one() {
        assert_eq!(anchor("R17"), "claim-R17");
        let ids = ["R17", "r17", "R 17", "R-17", "r-17", ""];
        let anchors: std::collections::BTreeSet<String> = ids.iter().map(|id| anchor(id)).collect();
        assert_eq!(anchors.len(), ids.len(), "{anchors:?}");
    }
}
