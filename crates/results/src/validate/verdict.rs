//! A verdict: it rests on records of its run, and says what its findings say.

use std::collections::BTreeSet;

use super::unknown;
use crate::{ConvergenceRecord, ProbeRecord, Problem, RatioRecord, Verdict, VerdictRecord};

/// Everything that speaks against a verdict.
pub(crate) fn problems(
    record: &VerdictRecord,
    cells: &[ConvergenceRecord],
    probes: Option<&[ProbeRecord]>,
    ratios: Option<&[RatioRecord]>,
) -> Vec<Problem> {
    let file = format!("verdicts.json, {}", record.id);
    let known: BTreeSet<&str> = cells.iter().map(|cell| cell.id.as_str()).collect();
    let mut problems: Vec<Problem> = record
        .cells
        .iter()
        .filter(|id| !known.contains(id.as_str()))
        .map(|id| unknown(&file, "cells", id, "the cells of the run"))
        .collect();
    if let Some(id) = &record.probe
        && !probes.unwrap_or_default().iter().any(|probe| probe.id == *id)
    {
        problems.push(unknown(&file, "probe", id, "probes.json"));
    }
    if let Some(id) = &record.ratio
        && !ratios.unwrap_or_default().iter().any(|ratio| ratio.id == *id)
    {
        problems.push(unknown(&file, "ratio", id, "ratios.json"));
    }
    let decided = record.verdict != Verdict::Undecided;
    if decided && record.cells.is_empty() && record.probe.is_none() && record.ratio.is_none() {
        problems.push(Problem::Empty { file: file.clone(), field: "cells" });
    }
    if decided && record.findings.is_empty() {
        problems.push(Problem::Empty { file, field: "findings" });
    }
    problems
}
