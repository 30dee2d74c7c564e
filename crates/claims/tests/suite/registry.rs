//! Every claim that there is to judge is registered, once, and says what it must.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use claims::{CLAIMS, Claim, Error, Evidence, NEEDS, Within, find};

/// Claims about normalization in recurrent nets.
const RECURRENT: [&str; 43] = [
    "R1", "R2", "R3", "R4", "R5", "R6", "R7", "R8", "R9", "R10", "R11", "R12", "R13", "R14", "R15", "R16",
    "R17", "R18", "R19", "R20", "R21", "R22", "R23", "R24", "R25", "R26", "R27", "R28", "R29", "R30", "R31",
    "R32", "R33", "R34", "R35", "R36", "R37", "R38", "R39", "R40", "R41", "R42", "R43",
];

/// Claims about what is not computed from a batch: streaming, weight, cosine, paths, HMAX, divisive and local contrast.
const BEYOND_BATCH: [&str; 61] = [
    "SN1", "SN2", "SN3", "SN4", "SN5", "SN6", "SN7", "SN8", "SN9", "SN10", //
    "WN1", "WN2", "WN3", "WN4", "WN5", "WN6", "WN7", "WN8", "WN9", "WN10", //
    "CN1", "CN2", "CN3", "CN4", "CN5", "CN6", "CN7", //
    "PS1", "PS2", "PS3", "PS4", "PS5", "PS6", //
    "PR1", "PR2", "PR3", "PR4", "PR5", "PR6", //
    "HM1", "HM2", "HM3", "HM4", "HM5", "HM6", "HM7", "HM8", "HM9", "HM10", //
    "DN1", "DN2", "LC1", "LC2", "LR1", "NN1", //
    "SD1", "SD2", "SD3", "SD4", "IV1", "IV2",
];

/// Statements of the question that end as a claim, and what was found here.
const QUESTION: [&str; 18] = [
    "Q6", "Q7", "Q8", "Q10", "Q12", "Q14", "Q17", "Q18", "Q19", "Q20", "Q22", "Q23", "F1", "F2", "F3", "F4",
    "F5", "F6",
];

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn read(path: impl AsRef<Path>) -> String {
    let path = here().join(path);
    fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

#[test]
fn every_row_is_registered_once() {
    let wanted: BTreeSet<&str> = RECURRENT.into_iter().chain(BEYOND_BATCH).chain(QUESTION).collect();
    assert_eq!(wanted.len(), 122);
    let mut seen = BTreeSet::new();
    for claim in CLAIMS {
        assert!(seen.insert(claim.id), "{} twice", claim.id);
    }
    let missing: Vec<_> = wanted.difference(&seen).collect();
    let unlisted: Vec<_> = seen.difference(&wanted).collect();
    assert!(missing.is_empty() && unlisted.is_empty(), "missing {missing:?}, unlisted {unlisted:?}");
}

#[test]
fn every_file_is_registered() {
    let list = read("src/claims.rs");
    let (_, list) = list.split_once("register! {\n").unwrap();
    let (list, _) = list.split_once("\n}").unwrap();
    let listed: BTreeSet<String> = list.lines().map(|l| l.trim().trim_end_matches(',').to_owned()).collect();
    let files: BTreeSet<String> = fs::read_dir(here().join("src/claims"))
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(files, listed);
    assert_eq!(files.len(), CLAIMS.len());
}

#[test]
fn a_claim_is_found_by_its_id() {
    for claim in CLAIMS {
        assert_eq!(find(claim.id).unwrap().statement, claim.statement);
    }
    let Err(Error::Unknown { got, known }) = find("R44") else { panic!("R44 is none") };
    assert_eq!(got, "R44");
    assert!(known.starts_with("R1, R2, ") && known.ends_with(", F6"), "{known}");
}

/// What the standard tier leaves out trains something, is there for whoever asks, and no answer to a need waits for it.
#[test]
fn the_standard_tier_leaves_out_what_is_long_and_nothing_else() {
    let standard: Vec<&str> = claims::standard().iter().map(|claim| claim.id).collect();
    let left_out: Vec<&Claim> =
        CLAIMS.iter().copied().filter(|claim| !standard.contains(&claim.id)).collect();
    let ids: Vec<&str> = left_out.iter().map(|claim| claim.id).collect();
    assert_eq!(ids, ["R22", "R24", "R38", "R40", "WN5", "CN6", "PR3", "LC2", "LR1"]);
    for claim in left_out {
        assert!(matches!(claim.evidence, Evidence::Trained(_)), "{} trains nothing", claim.id);
        assert!(!NEEDS.iter().any(|need| need.claims.contains(&claim.id)), "{} answers a need", claim.id);
    }
}

#[test]
fn every_source_is_in_the_references() {
    let references = read("../../references.bib");
    let keys: BTreeSet<&str> = references
        .lines()
        .filter_map(|line| line.strip_prefix('@')?.split_once('{')?.1.strip_suffix(','))
        .collect();
    for claim in CLAIMS {
        assert!(keys.contains(claim.source), "{}: `{}`", claim.id, claim.source);
    }
}

#[test]
fn every_statement_is_a_sentence_of_its_own() {
    let mut seen = BTreeMap::new();
    for claim in CLAIMS {
        let (id, said) = (claim.id, claim.statement);
        assert!(said.len() > 30 && said.ends_with('.'), "{id}: {said}");
        assert!(!said.contains("  ") && said.trim() == said, "{id}: {said}");
        assert!(!claim.takes.is_empty(), "{id} does not say what deciding it takes");
        if let Some(other) = seen.insert(said, id) {
            panic!("{id} says what {other} says");
        }
    }
}

#[test]
fn every_file_says_in_a_line_what_it_is() {
    for entry in fs::read_dir(here().join("src/claims")).unwrap() {
        let path = entry.unwrap().path();
        let text = read(&path);
        let mut lines = text.lines();
        let first = lines.next().unwrap();
        assert!(first.starts_with("//! ") && first.ends_with('.'), "{}: {first}", path.display());
        assert_eq!(lines.next(), Some(""), "{}", path.display());
    }
}

#[test]
fn every_threshold_is_a_number() {
    for claim in CLAIMS {
        let id = claim.id;
        match claim.evidence {
            Evidence::Probe { probe, expects } => {
                assert!(!probe.is_empty() && !expects.is_empty(), "{id}");
                let names: BTreeSet<_> = expects.iter().map(|e| e.value).collect();
                assert_eq!(names.len(), expects.len(), "{id}: a number twice");
                for expect in expects {
                    let fits = match expect.within {
                        Within::AtMost(v) | Within::AtLeast(v) => v.is_finite(),
                        Within::Between(least, most) => least.is_finite() && most.is_finite() && least < most,
                    };
                    assert!(fits, "{id}: {} {:?}", expect.value, expect.within);
                }
            }
            Evidence::Trained(experiment) => {
                assert!(!experiment.comparisons.is_empty(), "{id}");
                for comparison in experiment.comparisons {
                    let rates = comparison.on.protocol.rates;
                    assert!(!rates.is_empty() && rates.iter().all(|r| r.is_finite() && *r > 0.0), "{id}");
                    assert!(rates.is_sorted(), "{id}");
                }
                assert!(experiment.core_minutes.is_finite() && experiment.core_minutes > 0.0, "{id}");
            }
            Evidence::Timed { ratio, about, within } => {
                assert!(!ratio.is_empty() && !about.is_empty(), "{id}");
                let (Within::AtMost(v) | Within::AtLeast(v) | Within::Between(v, _)) = within;
                assert!(v.is_finite() && v > 0.0, "{id}");
            }
            Evidence::Counted(difficulties) => assert!(difficulties.len() > 2, "{id}"),
            Evidence::Later { core_minutes, missing } => {
                assert!(core_minutes.is_finite() && core_minutes > 0.0, "{id}");
                assert!(missing.len() > 20, "{id}: {missing}");
            }
        }
    }
}
