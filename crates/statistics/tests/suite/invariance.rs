//! What must not change a decision.

use proptest::prelude::*;
use statistics::{Decision, Direction, Interval, Margin, Paired, PairedTest, Wilcoxon, decide, margin};

/// Two arms with a common part and a shift, so that all three words come up.
fn arms() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    (1_usize..14, -1.5..1.5).prop_flat_map(|(n, shift): (usize, f64)| {
        let pair = (-5.0..5.0, -1.0..1.0, -1.0..1.0);
        prop::collection::vec(pair, n).prop_map(move |pairs: Vec<(f64, f64, f64)>| {
            pairs.into_iter().map(|(seed, a, b)| (seed + a + shift, seed + b)).unzip()
        })
    })
}

/// The same, where now and then a run never gets there.
fn arms_with_lost_runs() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    (arms(), prop::collection::vec((0..8, 0..8), 14)).prop_map(|((mut first, mut second), lost)| {
        for (i, (a, b)) in lost.into_iter().enumerate().take(first.len()) {
            first[i] = if a == 0 { f64::INFINITY } else { first[i] };
            second[i] = if b == 0 { f64::INFINITY } else { second[i] };
        }
        (first, second)
    })
}

fn word(test: &impl PairedTest, delta: f64) -> Decision {
    decide(test, delta, test.p()).unwrap()
}

fn flipped(decision: Decision) -> Decision {
    match decision {
        Decision::Different { direction } => Decision::Different { direction: direction.opposite() },
        Decision::Equivalent { direction } => {
            Decision::Equivalent { direction: direction.map(Direction::opposite) }
        }
        Decision::Undecided => Decision::Undecided,
    }
}

fn mirrored(Interval { lower, upper }: Interval) -> Interval {
    Interval { lower: 0.0 - upper, upper: 0.0 - lower }
}

fn times(values: &[f64], factor: f64) -> Vec<f64> {
    values.iter().map(|v| v * factor).collect()
}

fn near(a: f64, b: f64) -> bool {
    a == b || (a - b).abs() <= 1e-9 * (1e-3 + a.abs().max(b.abs()))
}

fn rotated(values: &[f64], by: usize) -> Vec<f64> {
    let mut values = values.to_vec();
    let n = values.len();
    values.rotate_left(by % n);
    values.swap(0, n / 2);
    values
}

proptest! {
    #[test]
    fn swapping_the_arms_flips_the_direction_alone((first, second) in arms(), delta in 0.1..2.0) {
        let (there, back) = (Paired::new(&first, &second).unwrap(), Paired::new(&second, &first).unwrap());
        prop_assert_eq!(there.p(), back.p());
        prop_assert_eq!(there.interval(0.95).unwrap(), mirrored(back.interval(0.95).unwrap()));
        prop_assert_eq!(there.equivalence(delta).unwrap().p, back.equivalence(delta).unwrap().p);
        prop_assert_eq!(word(&there, delta), flipped(word(&back, delta)));
        // Not more than −δ and at least as much cannot both be.
        let (above, below) = (margin(&there, delta).unwrap(), margin(&back, -delta).unwrap());
        let other = match below {
            Margin::Supported => Margin::Refuted,
            Margin::Refuted => Margin::Supported,
            Margin::Undecided => Margin::Undecided,
        };
        prop_assert_eq!(above, other);
    }

    #[test]
    fn swapping_the_arms_flips_the_direction_of_ranks_alone((first, second) in arms_with_lost_runs(), delta in 0.1..2.0) {
        let (there, back) = (Wilcoxon::new(&first, &second).unwrap(), Wilcoxon::new(&second, &first).unwrap());
        prop_assert_eq!(there.p(), back.p());
        prop_assert_eq!(there.estimate().map(|e| 0.0 - e), back.estimate());
        prop_assert_eq!(there.interval(0.9).unwrap().map(mirrored), back.interval(0.9).unwrap());
        prop_assert_eq!(word(&there, delta), flipped(word(&back, delta)));
    }

    #[test]
    fn a_positive_factor_changes_no_decision((first, second) in arms(), delta in 0.1..2.0, power in -30.0..30.0) {
        let factor = f64::powf(10.0, power);
        let (a, b) = (times(&first, factor), times(&second, factor));
        let (plain, scaled) = (Paired::new(&first, &second).unwrap(), Paired::new(&a, &b).unwrap());
        prop_assert!(near(plain.p(), scaled.p()));
        prop_assert_eq!(word(&plain, delta), word(&scaled, delta * factor));
        prop_assert_eq!(margin(&plain, delta).unwrap(), margin(&scaled, delta * factor).unwrap());
    }

    #[test]
    fn a_positive_factor_changes_no_decision_by_ranks((first, second) in arms_with_lost_runs(), delta in 0.1..2.0, power in -30.0..30.0) {
        let factor = f64::powf(10.0, power);
        let (a, b) = (times(&first, factor), times(&second, factor));
        let (plain, scaled) = (Wilcoxon::new(&first, &second).unwrap(), Wilcoxon::new(&a, &b).unwrap());
        prop_assert_eq!(plain.p(), scaled.p());
        prop_assert_eq!(word(&plain, delta), word(&scaled, delta * factor));
    }

    #[test]
    fn the_order_of_pairs_does_not_matter((first, second) in arms(), delta in 0.1..2.0, by in 0_usize..14) {
        let (a, b) = (rotated(&first, by), rotated(&second, by));
        let (plain, moved) = (Paired::new(&first, &second).unwrap(), Paired::new(&a, &b).unwrap());
        prop_assert!(near(plain.p(), moved.p()) && near(plain.mean(), moved.mean()));
        prop_assert_eq!(word(&plain, delta), word(&moved, delta));
        prop_assert_eq!(margin(&plain, delta).unwrap(), margin(&moved, delta).unwrap());
    }

    #[test]
    fn the_order_of_pairs_does_not_matter_to_ranks((first, second) in arms_with_lost_runs(), delta in 0.1..2.0, by in 0_usize..14) {
        let (a, b) = (rotated(&first, by), rotated(&second, by));
        let (plain, moved) = (Wilcoxon::new(&first, &second).unwrap(), Wilcoxon::new(&a, &b).unwrap());
        prop_assert_eq!((plain.p(), plain.estimate()), (moved.p(), moved.estimate()));
        prop_assert_eq!(plain.interval(0.95).unwrap(), moved.interval(0.95).unwrap());
        prop_assert_eq!(word(&plain, delta), word(&moved, delta));
    }

    /// Counted sums against every assignment of signs.
    #[test]
    fn p_of_ranks_is_that_of_all_assignments_of_signs(differences in prop::collection::vec(-4_i32..5, 1..9)) {
        let d: Vec<f64> = differences.iter().map(|d| f64::from(*d)).collect();
        let ranks = Wilcoxon::new(&d, &vec![0.0; d.len()]).unwrap();
        // Twice the midrank: those smaller, twice, and one more than those equal.
        let rank = |d: i32| {
            let smaller = differences.iter().filter(|e| e.abs() < d.abs()).count();
            let equal = differences.iter().filter(|e| e.abs() == d.abs()).count();
            2 * smaller + equal + 1
        };
        let counted: Vec<usize> = differences.iter().filter(|d| **d != 0).map(|d| rank(*d)).collect();
        let observed: usize = differences.iter().filter(|d| **d > 0).map(|d| rank(*d)).sum();
        prop_assert_eq!(ranks.statistic() * 2.0, observed as f64);
        let sum = |signs: u32| counted.iter().enumerate().filter(|(i, _)| signs >> i & 1 == 1).map(|(_, r)| r).sum::<usize>();
        let all = 1_u32 << counted.len();
        let (below, above) = (0..all).map(sum).fold((0, 0), |(below, above), s| {
            (below + u32::from(s <= observed), above + u32::from(s >= observed))
        });
        prop_assert_eq!(ranks.p(), (2.0 * f64::from(below.min(above)) / f64::from(all)).min(1.0));
    }
}
