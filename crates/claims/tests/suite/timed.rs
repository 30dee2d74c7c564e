//! Claims about times, by ratios that were taken in turns.

use claims::{Bench, Claim, Evidence, Wanted, Within, verdicts};
use results::Verdict::{self, Refuted, Supported, Undecided};
use results::{CellSettings, ConvergenceRecord, RatioRecord, VerdictRecord};

/// Nothing but the ratio.
struct Timed(Option<RatioRecord>);

impl Bench for Timed {
    fn cell(&self, _: &Wanted<'_>) -> Result<CellSettings, String> {
        Err("nothing is trained".to_owned())
    }

    fn record(&self, _: &str) -> Option<&ConvergenceRecord> {
        None
    }

    fn ratio(&self, id: &str) -> Option<&RatioRecord> {
        self.0.as_ref().filter(|ratio| ratio.id == id)
    }
}

fn said(within: Within, ratios: Option<Vec<f64>>) -> VerdictRecord {
    let claim = Claim {
        id: "T1",
        source: "nobody",
        statement: "One takes longer than the other.",
        takes: "both",
        evidence: Evidence::Timed { ratio: "one-over-other", about: "one over the other", within },
        differs: "",
    };
    let record = |ratios| RatioRecord { id: "one-over-other".to_owned(), about: String::new(), ratios };
    verdicts(&[&claim], &[], &Timed(ratios.map(record))).unwrap().remove(0)
}

fn verdict(within: Within, ratios: &[f64]) -> Verdict {
    said(within, Some(ratios.to_vec())).verdict
}

/// 31 ratios around a median, each a step from the next.
fn around(median: f64, step: f64) -> Vec<f64> {
    (-15..=15).map(|n| median + step * f64::from(n)).collect()
}

#[test]
fn the_whole_interval_must_lie_there() {
    // The tenth from either end of 31: six steps from the median.
    assert_eq!(verdict(Within::AtLeast(1.7), &around(1.8, 0.01)), Supported);
    assert_eq!(verdict(Within::AtLeast(1.7), &around(1.75, 0.01)), Undecided);
    assert_eq!(verdict(Within::AtLeast(1.7), &around(1.6, 0.01)), Refuted);
    assert_eq!(verdict(Within::AtMost(1.1), &around(1.0, 0.01)), Supported);
    assert_eq!(verdict(Within::AtMost(1.1), &around(1.2, 0.01)), Refuted);
    assert_eq!(verdict(Within::Between(0.9, 1.1), &around(1.0, 0.01)), Supported);
    // On both sides of the range is not outside of it.
    assert_eq!(verdict(Within::Between(0.99, 1.01), &around(1.0, 0.01)), Undecided);
    assert_eq!(verdict(Within::Between(0.9, 1.1), &around(1.3, 0.01)), Refuted);
}

#[test]
fn a_few_wild_rounds_decide_nothing() {
    let mut ratios = around(1.8, 0.001);
    (ratios[0], ratios[30]) = (0.01, 40.0);
    assert_eq!(verdict(Within::AtLeast(1.7), &ratios), Supported);
}

#[test]
fn nothing_is_decided_without_times_or_by_a_few() {
    let record = said(Within::AtLeast(1.7), None);
    assert_eq!((record.verdict, record.ratio), (Undecided, None));
    assert_eq!(record.reason, "the times were not measured");
    assert!(record.core_minutes.is_some_and(|minutes| minutes > 0.0));
    assert_eq!(verdict(Within::AtLeast(1.7), &[1.8; 5]), Undecided);
}

#[test]
fn the_record_says_what_it_rests_on() {
    let record = said(Within::AtLeast(1.7), Some(around(1.8, 0.01)));
    assert_eq!(record.ratio.as_deref(), Some("one-over-other"));
    assert_eq!(record.threshold, "one over the other: at least 1.7");
    let finding = &record.findings[0];
    assert_eq!(finding.pairs, 31);
    let close = |a: Option<f64>, b: f64| (a.unwrap() - b).abs() < 1e-12;
    assert!((finding.effect.value - 1.8).abs() < 1e-12);
    assert!(close(finding.effect.lower, 1.74) && close(finding.effect.upper, 1.86), "{:?}", finding.effect);
}
