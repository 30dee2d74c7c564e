//! What published code does differently, and what says how much that changes.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use claims::{ERRATA, Evidence, Measured, errata, find, verdicts};
use results::ProbeRecord;

use crate::bench::MadeUp;
use crate::probes::record_of;

/// How many numbers a verdict on the claim has.
fn findings(id: &str) -> usize {
    match find(id).unwrap().evidence {
        Evidence::Probe { expects, .. } => expects.len(),
        Evidence::Trained(experiment) => experiment.comparisons.len(),
        Evidence::Timed { .. } | Evidence::Counted(_) => 1,
        Evidence::Later { .. } => 0,
    }
}

#[test]
fn each_is_measured_by_a_number_that_there_is() {
    for erratum in ERRATA {
        if let Measured::Claim { claim, finding } = erratum.measured {
            assert!(finding < findings(claim), "{}: {claim} has no number {finding}", erratum.id);
        }
    }
}

#[test]
fn each_has_a_name_of_its_own_and_says_three_things() {
    let mut seen = BTreeSet::new();
    for erratum in ERRATA {
        assert!(seen.insert(erratum.id), "{} twice", erratum.id);
        for said in [erratum.place, erratum.does, erratum.says] {
            assert!(said.len() > 10 && !said.contains("  "), "{}: {said}", erratum.id);
        }
    }
}

#[test]
fn every_source_is_in_the_references() {
    let bib = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../references.bib")).unwrap();
    for erratum in ERRATA {
        assert!(bib.contains(&format!("{{{},", erratum.source)), "{}: `{}`", erratum.id, erratum.source);
    }
}

/// The effect is that of the record, not a number that somebody wrote down.
#[test]
fn effects_come_from_records() {
    let records = errata(&[], &[]);
    assert_eq!(records.len(), ERRATA.len());
    assert!(records.iter().all(|r| r.effect.is_none() && r.claim.is_none() && r.probe.is_none()));

    let claim = find("PS1").unwrap();
    let probe = record_of(claim, true);
    let said = verdicts(&[claim], std::slice::from_ref(&probe), &MadeUp::default()).unwrap();
    let records = errata(&said, &[]);
    let found = records.iter().find(|r| r.id == "path-sgd-takes-plain-steps").unwrap();
    assert_eq!(found.claim.as_deref(), Some("PS1"));
    assert_eq!(found.effect.as_ref(), Some(&said[0].findings[1].effect));

    let values = [("mean_variance_of_4".to_owned(), 0.123)].into();
    let probe = ProbeRecord { id: "batch-deviations".to_owned(), about: String::new(), values };
    let records = errata(&[], &[probe]);
    let found = records.iter().find(|r| r.id == "mean-of-biased-variances").unwrap();
    assert_eq!(found.effect.as_ref().map(|e| e.value), Some(0.123));
    assert_eq!(found.probe.as_deref(), Some("batch-deviations"));
    let other = records.iter().find(|r| r.id == "mean-of-deviations").unwrap();
    assert!(other.effect.is_none(), "the probe does not say its number");
}
