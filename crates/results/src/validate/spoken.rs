//! What a run says in words rests on its records: advice on claims and methods, errata on a claim or a probe.

use super::unknown;
use crate::{AdviceRecord, ErratumRecord, MethodRecord, ProbeRecord, Problem, VerdictRecord};

fn claims<'a>(
    file: &str,
    ids: impl Iterator<Item = &'a String>,
    verdicts: Option<&[VerdictRecord]>,
) -> Vec<Problem> {
    let known = verdicts.unwrap_or_default();
    ids.filter(|id| !known.iter().any(|v| v.id == **id))
        .map(|id| unknown(file, "claims", id, "verdicts.json"))
        .collect()
}

/// Everything that speaks against a line of advice.
pub(crate) fn advice(
    record: &AdviceRecord,
    verdicts: Option<&[VerdictRecord]>,
    methods: Option<&[MethodRecord]>,
) -> Vec<Problem> {
    let file = format!("advice.json, {}", record.id);
    let mut problems = claims(&file, record.claims.iter(), verdicts);
    if let Some(methods) = methods {
        let named = record.standings.iter().map(|s| &s.method);
        let named = named.chain(record.left_out.iter().map(|(method, _)| method));
        problems.extend(
            named
                .filter(|id| !methods.iter().any(|m| m.id == **id))
                .map(|id| unknown(&file, "method", id, "methods.json")),
        );
    }
    problems
}

/// Everything that speaks against an erratum.
pub(crate) fn erratum(
    record: &ErratumRecord,
    verdicts: Option<&[VerdictRecord]>,
    probes: Option<&[ProbeRecord]>,
) -> Vec<Problem> {
    let file = format!("errata.json, {}", record.id);
    let mut problems = claims(&file, record.claim.iter(), verdicts);
    if let Some(id) = &record.probe
        && !probes.unwrap_or_default().iter().any(|probe| probe.id == *id)
    {
        problems.push(unknown(&file, "probe", id, "probes.json"));
    }
    problems
}
