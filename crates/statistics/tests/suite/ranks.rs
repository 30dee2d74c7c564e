//! Wilcoxon's signed ranks.

use statistics::{Direction, Interval, Wilcoxon};

use crate::known::{DEPRESSION, MAIZE, SLEEP, TIED, close};

const INF: f64 = f64::INFINITY;

/// Ranks of differences that are given themselves.
fn of(differences: &[f64]) -> Wilcoxon {
    Wilcoxon::new(differences, &vec![0.0; differences.len()]).unwrap()
}

#[test]
fn samples_from_the_literature() {
    for ((first, second), sum, p, estimate, interval) in [
        ((&MAIZE.0[..], &MAIZE.1[..]), 96.0, 0.041259765625, 3.125, (0.5, 5.1875)),
        ((&DEPRESSION.0[..], &DEPRESSION.1[..]), 40.0, 0.0390625, 0.46, (0.01, 0.786)),
        ((&SLEEP.0[..], &SLEEP.1[..]), 0.0, 0.00390625, -1.3, (-2.7, -0.9)),
    ] {
        let ranks = Wilcoxon::new(first, second).unwrap();
        assert_eq!((ranks.statistic(), ranks.p()), (sum, p));
        close(ranks.estimate().unwrap(), estimate);
        let got = ranks.interval(0.95).unwrap().unwrap();
        close(got.lower, interval.0);
        close(got.upper, interval.1);
    }
    let ninety = Wilcoxon::new(&MAIZE.0, &MAIZE.1).unwrap().interval(0.9).unwrap().unwrap();
    assert_eq!(ninety, Interval { lower: 1.0, upper: 4.9375 });
}

#[test]
fn ties_are_counted_with_their_mean_ranks_and_zeros_by_pratt() {
    let ranks = Wilcoxon::new(&TIED.0, &TIED.1).unwrap();
    assert_eq!((ranks.statistic(), ranks.p()), (32.0, 0.64453125));
    // Rounding makes 0.3 − 0.1 and 1.2 − 1 two numbers; they are one rank.
    let rounded = Wilcoxon::new(&[0.3, 1.0, 5.0], &[0.1, 1.2, 0.0]).unwrap();
    assert_ne!(rounded.differences()[0], -rounded.differences()[1]);
    assert_eq!(rounded.statistic(), 1.5 + 3.0);
}

#[test]
fn a_run_that_never_got_there_is_the_largest_difference() {
    // Two pairs in which neither got there, two in which only the second did not, one in which only the first did not.
    let first = [1.0, 1.0, 4.0, 9.0, 9.0, INF, INF, 1.0, 1.0, INF];
    let second = [2.0, 3.0, 1.0, INF, INF, INF, INF, 5.0, 3.0, 7.0];
    let ranks = Wilcoxon::new(&first, &second).unwrap();
    assert_eq!((ranks.statistic(), ranks.p()), (15.0, 0.2890625));
    assert_eq!((ranks.estimate(), ranks.interval(0.95).unwrap()), (None, None));
    assert_eq!(ranks.direction(), Some(Direction::Lower));
}

#[test]
fn infinite_differences_lie_at_the_end_of_the_interval() {
    let ranks = of(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, INF]);
    // 36 means, of which 8 are infinite, so the middle two are the 18th and 19th of the others.
    assert_eq!(ranks.estimate(), Some(4.5));
    // Three at either end are left out at 95 %.
    assert_eq!(ranks.interval(0.95).unwrap(), Some(Interval { lower: 2.0, upper: INF }));
    let lost = of(&[1.0, INF, INF, INF, INF, INF]);
    assert_eq!((lost.estimate(), lost.interval(0.9).unwrap(), lost.p()), (None, None, 0.03125));
}

#[test]
fn arms_that_are_always_tied_do_not_differ() {
    let same = [2.0, INF, 5.0, INF, INF, 1.0];
    let ranks = Wilcoxon::new(&same, &same).unwrap();
    assert_eq!((ranks.p(), ranks.estimate(), ranks.direction()), (1.0, Some(0.0), None));
    assert_eq!(ranks.interval(0.95).unwrap(), Some(Interval { lower: 0.0, upper: 0.0 }));
}

/// Wilcoxon, Katti and Wilcox 1963: the largest sum at which the two-sided p is 5 % at most.
#[test]
fn critical_values_are_those_of_the_table() {
    for (n, critical) in [(6_u32, 0_u32), (8, 3), (10, 8), (20, 52), (25, 89)] {
        // Differences 1 … n, of which those in `positive` are above 0: n, n − 1, … as long as the sum allows.
        let p = |sum: u32| {
            let mut left = sum;
            let mut differences: Vec<f64> = (1..=n).map(|i| -f64::from(i)).collect();
            for i in (1..=n).rev().filter(|i| *i <= sum) {
                if i <= left {
                    left -= i;
                    differences[i as usize - 1] = f64::from(i);
                }
            }
            let ranks = of(&differences);
            assert_eq!(ranks.statistic(), f64::from(sum));
            ranks.p()
        };
        assert!(p(critical) <= 0.05 && p(critical + 1) > 0.05, "{n}: {} {}", p(critical), p(critical + 1));
    }
}

#[test]
fn too_few_pairs_have_no_interval() {
    let four = [1.0, 2.0, 3.0, 4.0, 5.0];
    for (n, level, whole) in [(4, 0.9, true), (5, 0.9, false), (5, 0.95, true)] {
        let interval = of(&four[..n]).interval(level).unwrap().unwrap();
        assert_eq!(interval == Interval::WHOLE, whole, "{n} {level} {interval:?}");
    }
}

#[test]
fn many_differences_are_as_good_as_normal() {
    // SciPy 1.17.1, `wilcoxon(d)` for d = ±1 … ±120, every third below 0: exact, then with the normal distribution.
    let below = |i: i32| if i % 3 == 0 { -f64::from(i) } else { f64::from(i) };
    let many = of(&(1..=120).map(|i| -below(i)).collect::<Vec<_>>());
    assert!((many.p() / NORMAL_120 - 1.0).abs() < 1e-9, "{:e}", many.p());
    assert!((many.p() / EXACT_120 - 1.0).abs() < 0.2, "{:e}", many.p());
    // On both sides of the number up to which sums are counted, the intervals are nearly the same.
    let width = |n: i32| {
        let interval = of(&(0..n).map(|i| f64::from(i) / f64::from(n)).collect::<Vec<_>>()).interval(0.95);
        let Interval { lower, upper } = interval.unwrap().unwrap();
        upper - lower
    };
    assert!((width(100) / width(101) - 1.0).abs() < 0.02, "{} {}", width(100), width(101));
}

const EXACT_120: f64 = 0.00201347818598195;
const NORMAL_120: f64 = 0.00219300437825043;
