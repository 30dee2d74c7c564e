//! The question, statement by statement: what the kept run says to each that ends as a claim, from its records and not from what was
//! written down of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::Command;

use claims::Evidence;
use results::{Contents, Run, Verdict, VerdictRecord};

/// The run whose page answers the question.
const KEPT: &str = "reports/2026-11-30-standard";

/// Rows of the question that end as a claim, and the claims.
const CLAIMED: [(usize, &[&str]); 13] = [
    (6, &["Q6", "SD1"]),
    (7, &["Q7", "R17"]),
    (8, &["Q8"]),
    (10, &["Q10", "PS1"]),
    (12, &["Q12", "R11"]),
    (14, &["Q14", "R28"]),
    (17, &["Q17"]),
    (18, &["Q18"]),
    (19, &["Q19", "WN9"]),
    (20, &["Q20", "SD4"]),
    (22, &["Q22", "HM3"]),
    (23, &["Q23", "HM9"]),
    (11, &["IV1", "IV2", "R6"]),
];

fn kept() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..").join(KEPT)
}

fn contents() -> Contents {
    Run::open(kept()).unwrap().contents().unwrap()
}

/// Verdicts as the command makes them now, from cells, probes and times of the run.
fn made_anew() -> BTreeMap<String, String> {
    let run = kept();
    let out = Command::new(env!("CARGO_BIN_EXE_normlab"))
        .args(["claims", "--json", run.to_str().unwrap()])
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&out.stdout).unwrap();
    let word = |row: &serde_json::Value, field: &str| row[field].as_str().unwrap().to_owned();
    rows.iter().map(|row| (word(row, "id"), word(row, "verdict"))).collect()
}

fn record<'a>(verdicts: &'a [VerdictRecord], id: &str) -> &'a VerdictRecord {
    verdicts.iter().find(|v| v.id == id).unwrap_or_else(|| panic!("the kept run has no verdict on {id}"))
}

#[test]
fn what_is_written_down_is_what_the_records_say() {
    let (contents, anew) = (contents(), made_anew());
    let verdicts = contents.verdicts.unwrap();
    assert_eq!(anew.len(), verdicts.len());
    for verdict in &verdicts {
        assert_eq!(anew[&verdict.id], verdict.verdict.name(), "{}", verdict.id);
        let claim = claims::find(&verdict.id).unwrap();
        assert_eq!(
            claim.declared(),
            verdict.declared,
            "{} was declared otherwise when it was decided",
            verdict.id
        );
    }
}

/// Each rests on records that are in the run: cells that were trained to their end, numbers of a probe, or other verdicts.
#[test]
fn each_statement_that_ends_as_a_claim_is_decided_by_records() {
    let contents = contents();
    let cells: BTreeMap<&str, bool> =
        contents.cells.iter().map(|cell| (cell.id.as_str(), cell.curve.len() > 1)).collect();
    let probes: BTreeSet<&str> = contents.probes.iter().flatten().map(|probe| probe.id.as_str()).collect();
    let verdicts = contents.verdicts.unwrap();
    for (row, ids) in CLAIMED {
        for id in ids {
            let verdict = record(&verdicts, id);
            assert_ne!(verdict.verdict, Verdict::Undecided, "row {row}: {id}: {}", verdict.reason);
            assert!(!verdict.findings.is_empty(), "row {row}: {id}");
            match claims::find(id).unwrap().evidence {
                Evidence::Trained(experiment) => {
                    let least = experiment.comparisons.iter().map(|c| c.on.protocol.judging).min().unwrap();
                    assert!(
                        verdict.cells.len() as u64 > least,
                        "row {row}: {id} rests on {} cells",
                        verdict.cells.len()
                    );
                    for cell in &verdict.cells {
                        assert_eq!(cells.get(cell.as_str()), Some(&true), "row {row}: {id}: cell {cell}");
                    }
                    let pairs = verdict.findings.iter().map(|f| f.pairs).min().unwrap();
                    assert_eq!(pairs, least, "row {row}: {id}");
                }
                Evidence::Probe { probe, expects } => {
                    assert!(probes.contains(probe), "row {row}: {id}: {probe}");
                    assert_eq!(verdict.findings.len(), expects.len(), "row {row}: {id}");
                }
                Evidence::Counted(difficulties) => {
                    assert_eq!(verdict.counts.len(), difficulties.len(), "row {row}: {id}");
                    for counted in &verdict.counts {
                        assert_eq!(
                            record(&verdicts, &counted.claim).verdict,
                            counted.verdict,
                            "row {row}: {id}"
                        );
                    }
                }
                Evidence::Timed { .. } | Evidence::Later { .. } => {
                    panic!("row {row}: {id} rests on no such thing")
                }
            }
        }
    }
}

/// Of the claims of the literature, which the question's own and ours are not.
#[test]
fn four_fifths_of_the_literature_are_decided() {
    let verdicts = contents().verdicts.unwrap();
    let literature = || verdicts.iter().filter(|v| !v.id.starts_with('Q') && !v.id.starts_with('F'));
    let decided = literature().filter(|v| v.verdict != Verdict::Undecided).count();
    let open: Vec<&str> =
        literature().filter(|v| v.verdict == Verdict::Undecided).map(|v| v.id.as_str()).collect();
    assert_eq!(literature().count(), 104);
    assert!(10 * decided >= 8 * 104, "{decided} of 104 are decided; open: {open:?}");
    for verdict in literature().filter(|v| v.verdict == Verdict::Undecided) {
        assert!(verdict.core_minutes.is_some_and(|minutes| minutes > 0.0), "{} has no price", verdict.id);
    }
}
