//! Two one-sided tests.

use statistics::Paired;

use crate::known::{SLEEP, close};

#[test]
fn p_is_that_of_two_one_sided_t_tests() {
    let pairs = Paired::new(&SLEEP.0, &SLEEP.1).unwrap();
    for (delta, p) in [
        (2.0, 0.1541572356690974),
        (2.3, 0.04859065170589964),
        (2.5, 0.021116860246500745),
        (3.0, 0.002655570292658671),
    ] {
        let equivalence = pairs.equivalence(delta).unwrap();
        close(equivalence.p, p);
        assert_eq!(equivalence.holds, p < 0.05);
        assert_eq!(equivalence.interval, pairs.interval(0.9).unwrap());
    }
}

#[test]
fn they_hold_where_the_interval_lies_inside() {
    let pairs = Paired::new(&SLEEP.0, &SLEEP.1).unwrap();
    let limit = pairs.interval(0.9).unwrap().lower.abs();
    for delta in [limit * (1.0 - 1e-9), limit * (1.0 + 1e-9)] {
        let equivalence = pairs.equivalence(delta).unwrap();
        assert_eq!(equivalence.holds, delta > limit);
        assert_eq!(equivalence.holds, equivalence.interval.within(delta));
    }
    // An interval that reaches out on the other side.
    let swapped = Paired::new(&SLEEP.1, &SLEEP.0).unwrap();
    assert!(!swapped.equivalence(limit * 0.999).unwrap().holds);
}
