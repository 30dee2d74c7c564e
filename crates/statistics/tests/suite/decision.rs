//! Which word a comparison gets.

use statistics::{Decision, Direction, Paired, Wilcoxon, decide, decide_family};

use crate::known::SLEEP;

/// The mean is −1.58, the 90 % interval ends at −2.29, p is 0.0028.
fn sleep() -> Paired {
    Paired::new(&SLEEP.0, &SLEEP.1).unwrap()
}

#[test]
fn a_certain_difference_is_different_beyond_delta_and_equivalent_within() {
    let (pairs, lower) = (sleep(), Direction::Lower);
    assert_eq!(decide(&pairs, 2.0, pairs.p()).unwrap(), Decision::Different { direction: lower });
    assert_eq!(decide(&pairs, 3.0, pairs.p()).unwrap(), Decision::Equivalent { direction: Some(lower) });
}

#[test]
fn what_the_correction_leaves_uncertain_has_no_direction() {
    let pairs = sleep();
    assert_eq!(decide(&pairs, 2.0, 0.06).unwrap(), Decision::Undecided);
    assert_eq!(decide(&pairs, 3.0, 0.06).unwrap(), Decision::Equivalent { direction: None });
    // α itself is not below α.
    assert_eq!(decide(&pairs, 2.0, 0.05).unwrap(), Decision::Undecided);
}

#[test]
fn a_large_p_is_no_equivalence() {
    let pairs = Paired::new(&[1.0, -1.0, 2.0, -2.0], &[0.0; 4]).unwrap();
    assert_eq!(pairs.p(), 1.0);
    assert_eq!(decide(&pairs, 0.5, 1.0).unwrap(), Decision::Undecided);
}

#[test]
fn identical_arms_are_equivalent_and_one_pair_is_nothing() {
    let identical = Paired::new(&[1.0, 2.0], &[1.0, 2.0]).unwrap();
    assert_eq!(decide(&identical, 1e-9, identical.p()).unwrap(), Decision::Equivalent { direction: None });
    let single = Paired::new(&[1.0], &[1.0]).unwrap();
    assert_eq!(decide(&single, 1e9, single.p()).unwrap(), Decision::Undecided);
}

#[test]
fn ranks_decide_where_runs_diverge() {
    let (first, mut second) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [1.5, 2.5, 3.5, 4.5, 5.5, 6.5]);
    let ranks = Wilcoxon::new(&first, &second).unwrap();
    let lower = Direction::Lower;
    assert_eq!(decide(&ranks, 0.6, ranks.p()).unwrap(), Decision::Equivalent { direction: Some(lower) });
    assert_eq!(decide(&ranks, 0.4, ranks.p()).unwrap(), Decision::Different { direction: lower });
    // One that diverged reaches into the interval, so no δ is wide enough.
    second[3] = f64::INFINITY;
    let ranks = Wilcoxon::new(&first, &second).unwrap();
    assert_eq!(decide(&ranks, 1e9, ranks.p()).unwrap(), Decision::Different { direction: lower });
}

#[test]
fn arms_that_lose_runs_on_both_sides_are_never_equivalent() {
    let (mut first, mut second) = ([1.0; 10], [1.0; 10]);
    (first[0], second[1]) = (f64::INFINITY, f64::INFINITY);
    let ranks = Wilcoxon::new(&first, &second).unwrap();
    assert_eq!(decide(&ranks, 1e9, ranks.p()).unwrap(), Decision::Undecided);
}

#[test]
fn a_family_decides_by_the_corrected_p() {
    let shifted = |shift: f64| {
        let first: Vec<f64> = SLEEP.0.iter().map(|v| v + shift).collect();
        Paired::new(&first, &SLEEP.1).unwrap()
    };
    // p: 0.0028, 0.017, 0.36 and 0.033.
    let family = [shifted(0.0), shifted(0.45), shifted(1.2), shifted(0.59)];
    let decided = decide_family(&family, 0.1).unwrap();
    let p: Vec<f64> = decided.iter().map(|d| d.p).collect();
    assert!(p.iter().filter(|p| **p < 0.05).count() == 3, "{p:?}");
    let different = Decision::Different { direction: Direction::Lower };
    let words: Vec<Decision> = decided.iter().map(|d| d.decision).collect();
    assert_eq!(
        words,
        [different, Decision::Undecided, Decision::Undecided, Decision::Undecided],
        "{decided:?}"
    );
    assert_eq!(decided[0].adjusted_p, 4.0 * p[0]);
    assert_eq!(decided[1].adjusted_p, 3.0 * p[1]);
}
