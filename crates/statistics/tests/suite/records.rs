//! Results in records.

use statistics::{
    Decision, Direction, Equivalence, Interval, JudgedMargin, Paired, Wilcoxon, decide_family, margin_family,
};

use crate::known::SLEEP;

#[test]
fn ends_that_are_not_bounded_are_absent() {
    let interval = Interval { lower: f64::NEG_INFINITY, upper: 2.5 };
    let text = serde_json::to_string(&interval).unwrap();
    assert_eq!(text, r#"{"lower":null,"upper":2.5}"#);
    assert_eq!(serde_json::from_str::<Interval>(&text).unwrap(), interval);
    assert!(serde_json::from_str::<Interval>(r#"{"lower":null,"upper":2.5,"middle":1.0}"#).is_err());
}

#[test]
fn results_come_back_as_they_were() {
    let pairs = Paired::new(&SLEEP.0, &SLEEP.1).unwrap();
    let equivalence = pairs.equivalence(2.0).unwrap();
    let text = serde_json::to_string(&equivalence).unwrap();
    assert_eq!(serde_json::from_str::<Equivalence>(&text).unwrap(), equivalence);

    let judged = margin_family(std::slice::from_ref(&pairs), 1.0).unwrap();
    let text = serde_json::to_string(&judged).unwrap();
    assert_eq!(serde_json::from_str::<Vec<JudgedMargin>>(&text).unwrap(), judged);

    let ranks = Wilcoxon::new(&SLEEP.0, &SLEEP.1).unwrap();
    for decided in [decide_family(&[pairs], 2.0).unwrap(), decide_family(&[ranks], 2.0).unwrap()] {
        let text = serde_json::to_string(&decided).unwrap();
        assert_eq!(serde_json::from_str::<Vec<statistics::Decided>>(&text).unwrap(), decided);
    }
}

#[test]
fn words_are_written_plainly() {
    let text = |decision| serde_json::to_string::<Decision>(&decision).unwrap();
    assert_eq!(text(Decision::Undecided), r#"{"kind":"undecided"}"#);
    let different = Decision::Different { direction: Direction::Higher };
    assert_eq!(text(different), r#"{"kind":"different","direction":"higher"}"#);
}
