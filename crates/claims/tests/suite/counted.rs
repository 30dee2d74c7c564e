//! A claim about several difficulties.

use claims::{CLAIMS, Claim, Difficulty, Evidence, find, next, with_counted};
use results::Verdict::{self, Refuted, Supported, Undecided};
use results::{Counted, ProbeRecord, VerdictRecord};

use crate::bench::MadeUp;
use crate::probes::record_of;

/// Three claims that probes decide.
const THREE: &[Difficulty] = &[
    Difficulty { about: "the first", claim: "R1" },
    Difficulty { about: "the second", claim: "R5" },
    Difficulty { about: "the third", claim: "F1" },
];

/// What is said where probes bear these claims out (`true`), speak against them (`false`), or were not run.
fn said(probes: [Option<bool>; 3]) -> VerdictRecord {
    let claim = Claim {
        id: "C1",
        source: "nobody",
        statement: "Most difficulties are overcome.",
        takes: "three claims",
        evidence: Evidence::Counted(THREE),
        differs: "",
    };
    let found: Vec<ProbeRecord> = THREE
        .iter()
        .zip(probes)
        .filter_map(|(difficulty, holds)| Some(record_of(find(difficulty.claim).unwrap(), holds?)))
        .collect();
    claims::verdicts(&[&claim], &found, &MadeUp::default()).unwrap().remove(0)
}

fn verdict(probes: [Option<bool>; 3]) -> Verdict {
    said(probes).verdict
}

#[test]
fn more_than_half_must_be_overcome() {
    let (yes, no, open) = (Some(true), Some(false), None);
    assert_eq!(verdict([yes, yes, no]), Supported);
    assert_eq!(verdict([yes, yes, open]), Supported);
    assert_eq!(verdict([yes, open, open]), Undecided);
    assert_eq!(verdict([yes, no, open]), Undecided);
    assert_eq!(verdict([yes, no, no]), Refuted);
    // Whatever the open one will say, it cannot be more than half.
    assert_eq!(verdict([no, no, open]), Refuted);
    assert_eq!(verdict([open, open, open]), Undecided);
}

#[test]
fn the_record_lists_each_difficulty_with_its_verdict() {
    let record = said([Some(true), Some(false), None]);
    let row = |about: &str, claim: &str, verdict| Counted {
        about: about.to_owned(),
        claim: claim.to_owned(),
        verdict,
    };
    let rows = vec![
        row("the first", "R1", Supported),
        row("the second", "R5", Refuted),
        row("the third", "F1", Undecided),
    ];
    assert_eq!(record.counts, rows);
    assert_eq!(record.reason, "of 3 difficulties 1 are overcome, 1 are not, and 1 are not decided");
    assert!((record.findings[0].effect.value - 1.0 / 3.0).abs() < 1e-12);
}

/// Whoever asks for the claim trains what its difficulties need.
#[test]
fn what_it_counts_is_trained_with_it() {
    let claim = find("Q18").unwrap();
    let counted = with_counted(&[claim]).unwrap();
    assert!(counted.iter().any(|c| c.id == "SN3") && counted.len() > 5);
    assert!(!next(&[claim], &MadeUp::default()).unwrap().is_empty());
}

/// Nothing counts itself, or a claim that counts.
#[test]
fn no_count_is_counted() {
    for claim in CLAIMS {
        let Evidence::Counted(difficulties) = claim.evidence else { continue };
        assert!(difficulties.len() > 2, "{}", claim.id);
        for difficulty in difficulties {
            let counted = find(difficulty.claim).unwrap();
            assert!(!matches!(counted.evidence, Evidence::Counted(_)), "{} in {}", counted.id, claim.id);
        }
    }
}
