//! The paired t test.

use statistics::{Direction, Interval, Paired};

use crate::known::{MAIZE, SLEEP, close};

#[test]
fn the_sleep_of_student() {
    let pairs = Paired::new(&SLEEP.0, &SLEEP.1).unwrap();
    assert_eq!((pairs.n(), pairs.direction()), (10, Some(Direction::Lower)));
    close(pairs.mean(), -1.58);
    close(pairs.sd().unwrap(), 1.2299954832798732);
    close(pairs.p(), 0.002832890197384273);
    for (level, lower, upper) in [
        (0.90, -2.293005267029284, -0.8669947329707163),
        (0.95, -2.459885763276983, -0.7001142367230175),
        (0.99, -2.8440518851048253, -0.31594811489517505),
    ] {
        let interval = pairs.interval(level).unwrap();
        close(interval.lower, lower);
        close(interval.upper, upper);
    }
}

#[test]
fn the_maize_of_darwin() {
    let pairs = Paired::new(&MAIZE.0, &MAIZE.1).unwrap();
    close(pairs.p(), 0.049702944021800866);
    let interval = pairs.interval(0.95).unwrap();
    close(interval.lower, 0.0038991647991224454);
    close(interval.upper, 5.229434168534211);
}

#[test]
fn one_pair_says_nothing() {
    for second in [1.0, 7.0] {
        let pairs = Paired::new(&[7.0], &[second]).unwrap();
        assert_eq!((pairs.p(), pairs.sd(), pairs.identical()), (1.0, None, false));
        assert_eq!(pairs.interval(0.5).unwrap(), Interval::WHOLE);
        assert!(!pairs.equivalence(1e9).unwrap().holds);
    }
}

#[test]
fn identical_arms_are_equal_exactly() {
    let pairs = Paired::new(&[3.0, 0.1], &[3.0, 0.1]).unwrap();
    assert!(pairs.identical());
    assert_eq!((pairs.p(), pairs.mean(), pairs.sd(), pairs.direction()), (1.0, 0.0, Some(0.0), None));
    assert_eq!(pairs.interval(0.999).unwrap(), Interval { lower: 0.0, upper: 0.0 });
    let equivalence = pairs.equivalence(1e-300).unwrap();
    assert!(equivalence.holds && equivalence.p == 0.0);
}

#[test]
fn a_constant_difference_is_as_certain_as_its_signs() {
    for n in 2..=12 {
        let first: Vec<f64> = (0..n).map(|i| 0.1 * f64::from(i)).collect();
        // Rounded, so that the differences are not the same to the last bit.
        let second: Vec<f64> = first.iter().map(|v| v + 0.3).collect();
        let pairs = Paired::new(&first, &second).unwrap();
        assert_eq!(pairs.p(), 0.5_f64.powi(n - 1));
        assert_eq!(pairs.p() < 0.05, n >= 6);
        let interval = pairs.interval(0.95).unwrap();
        let point = Interval { lower: pairs.mean(), upper: pairs.mean() };
        assert_eq!(interval, if n >= 6 { point } else { Interval::WHOLE });
        assert_eq!(pairs.equivalence(0.31).unwrap().holds, n >= 5);
        assert!(!pairs.equivalence(0.29).unwrap().holds);
        assert!(!pairs.identical());
    }
}

#[test]
fn the_last_bit_up_and_down_is_no_constant_difference() {
    let first = [1.0; 8];
    let second: [f64; 8] =
        std::array::from_fn(|i| if i % 3 == 0 { 1.0 + f64::EPSILON } else { 1.0 - f64::EPSILON });
    let pairs = Paired::new(&first, &second).unwrap();
    assert!(pairs.p() > 0.3, "{pairs:?}");
}

#[test]
fn no_number_is_too_large_or_too_small() {
    let expected = Paired::new(&SLEEP.0, &SLEEP.1).unwrap();
    for scale in [2.0_f64.powi(1015), 2.0_f64.powi(-900)] {
        let arm = |values: &[f64]| values.iter().map(|v| v * scale).collect::<Vec<_>>();
        let pairs = Paired::new(&arm(&SLEEP.0), &arm(&SLEEP.1)).unwrap();
        assert_eq!((pairs.p(), pairs.mean()), (expected.p(), expected.mean() * scale));
        assert_eq!(pairs.interval(0.95).unwrap().upper, expected.interval(0.95).unwrap().upper * scale);
    }
    let largest = Paired::new(&[f64::MAX, f64::MAX, f64::MAX], &[0.0, 0.0, 1e308]).unwrap();
    assert!(largest.mean() > 1e308 && largest.mean().is_finite(), "{largest:?}");
    assert!(largest.p() > 0.0 && largest.p() < 0.05);
}
