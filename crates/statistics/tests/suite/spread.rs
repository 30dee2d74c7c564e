//! The ratio of two deviations.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};
use statistics::{Decision, Direction, Error, Interval, PairedSpread, PairedTest, decide};

use crate::known::{MAIZE, SLEEP, close};

/// The definition: the correlation of sum and difference, as any program finds it.
fn by_definition(first: &[f64], second: &[f64]) -> f64 {
    let n = first.len() as f64;
    let centred = |v: Vec<f64>| {
        let mean = v.iter().sum::<f64>() / n;
        v.into_iter().map(|v| v - mean).collect::<Vec<f64>>()
    };
    let sums = centred(first.iter().zip(second).map(|(a, b)| a + b).collect());
    let differences = centred(first.iter().zip(second).map(|(a, b)| a - b).collect());
    let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let r = dot(&sums, &differences) / (dot(&sums, &sums) * dot(&differences, &differences)).sqrt();
    r * ((n - 2.0) / (1.0 - r * r)).sqrt()
}

/// `t` of a pair of arms, from p and the side: 2 sf(|t|) is monotone, so equal p are equal |t|.
fn p_of(t: f64, n: usize) -> f64 {
    use statrs::distribution::{ContinuousCDF, StudentsT};
    2.0 * StudentsT::new(0.0, 1.0, (n - 2) as f64).unwrap().sf(t.abs())
}

#[test]
fn the_closed_form_is_the_correlation_of_sum_and_difference() {
    for (first, second) in [(&SLEEP.0[..], &SLEEP.1[..]), (&MAIZE.0[..], &MAIZE.1[..])] {
        let spread = PairedSpread::new(first, second).unwrap();
        close(spread.p(), p_of(by_definition(first, second), first.len()));
    }
}

/// An interval at 1 − p has 0, no difference, for one of its ends; one that leaves a ratio out is the test of that ratio.
#[test]
fn an_interval_ends_where_the_test_says() {
    let spread = PairedSpread::new(&MAIZE.0, &MAIZE.1).unwrap();
    let interval = spread.interval(1.0 - spread.p()).unwrap();
    let nearest = interval.lower.abs().min(interval.upper.abs());
    assert!(nearest < 1e-9, "{interval:?}");
    let scaled: Vec<f64> = MAIZE.1.iter().map(|v| v * interval_end(&spread).exp()).collect();
    close(PairedSpread::new(&MAIZE.0, &scaled).unwrap().p(), 0.05);
}

fn interval_end(spread: &PairedSpread) -> f64 {
    spread.interval(0.95).unwrap().upper
}

#[test]
fn what_has_no_spread_says_nothing() {
    for (first, second) in [
        (&[1.0, 2.0][..], &[5.0, 3.0][..]),
        (&[1.0, 1.0, 1.0], &[1.0, 2.0, 3.0]),
        (&[1.0, 1.0, 1.0], &[2.0, 2.0, 2.0]),
    ] {
        let spread = PairedSpread::new(first, second).unwrap();
        assert_eq!((spread.p(), spread.direction()), (1.0, None));
        assert_eq!(spread.interval(0.9).unwrap(), Interval::WHOLE);
        assert_eq!(decide(&spread, 1e9, spread.p()).unwrap(), Decision::Undecided);
    }
    let same = PairedSpread::new(&[1.0, 2.0, 4.0], &[1.0, 2.0, 4.0]).unwrap();
    assert_eq!(decide(&same, 1e-300, same.p()).unwrap(), Decision::Equivalent { direction: None });
    let refused = PairedSpread::new(&[1.0, f64::INFINITY, 4.0], &[1.0, 2.0, 4.0]);
    assert!(matches!(refused, Err(Error::NotFinite { index: 1, .. })));
}

const ROUNDS: usize = 1000;

/// Sixteen pairs that share a seed's effect, the first arm's deviation times a ratio.
fn decisions(ratio: f64, delta: f64) -> Vec<Decision> {
    let mut rng = ChaCha8Rng::seed_from_u64(20_261_130);
    let mut normal = || Distribution::<f64>::sample(&StandardNormal, &mut rng);
    (0..ROUNDS)
        .map(|_| {
            let pairs: Vec<(f64, f64)> = (0..16)
                .map(|_| {
                    let seed = 0.5 * normal();
                    (ratio * (seed + normal()), seed + normal())
                })
                .collect();
            let (first, second): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            let spread = PairedSpread::new(&first, &second).unwrap();
            decide(&spread, delta, spread.p()).unwrap()
        })
        .collect()
}

/// Expected 50, with a standard deviation of 6.9.
#[test]
fn equal_spreads_are_called_different_once_in_twenty() {
    let found = decisions(1.0, 1e-9).iter().filter(|d| matches!(d, Decision::Different { .. })).count();
    assert!((33..=67).contains(&found), "{found} of {ROUNDS}");
}

/// At a deviation of exactly the margin's ratio, equivalence is wrong, and said once in twenty.
#[test]
fn a_ratio_at_the_margin_is_called_equivalent_once_in_twenty() {
    let found =
        decisions(3.0, 3.0_f64.ln()).iter().filter(|d| matches!(d, Decision::Equivalent { .. })).count();
    assert!((33..=67).contains(&found), "{found} of {ROUNDS}");
}

#[test]
fn a_ratio_of_three_is_found() {
    let found = decisions(3.0, 0.1);
    let higher = Decision::Different { direction: Direction::Higher };
    assert!(found.iter().filter(|d| **d == higher).count() > 950);
}
