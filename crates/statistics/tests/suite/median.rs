//! The interval of a median holds it as often as it says.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use statistics::{Error, Interval, median_interval};

#[test]
fn the_ends_are_those_of_the_sign_test() {
    // Tables of the sign test at 0.95: 6 values leave the outermost ones, 31 the tenth from either end.
    let values = |n: u32| (1..=n).map(f64::from).rev().collect::<Vec<_>>();
    assert_eq!(median_interval(&values(5), 0.95).unwrap(), Interval::WHOLE);
    assert_eq!(median_interval(&values(6), 0.95).unwrap(), Interval { lower: 1.0, upper: 6.0 });
    assert_eq!(median_interval(&values(31), 0.95).unwrap(), Interval { lower: 10.0, upper: 22.0 });
}

#[test]
fn it_holds_the_median_as_often_as_it_says() {
    let mut random = ChaCha8Rng::seed_from_u64(4);
    let held = (0..2000)
        .filter(|_| {
            // Skewed, so that mean and median are apart: the median of u² is ¼.
            let values: Vec<f64> = (0..21).map(|_| random.r#gen::<f64>().powi(2)).collect();
            median_interval(&values, 0.95).unwrap().contains(0.25)
        })
        .count();
    assert!((1925..=1965).contains(&held), "{held} of 2000");
}

#[test]
fn what_has_no_order_is_refused() {
    assert_eq!(median_interval(&[], 0.95), Err(Error::NoPairs));
    assert!(matches!(median_interval(&[1.0, f64::NAN], 0.95), Err(Error::NoRank { index: 1, .. })));
    assert_eq!(median_interval(&[1.0], 1.0), Err(Error::Level { level: 1.0 }));
    assert_eq!(
        median_interval(&[f64::INFINITY; 7], 0.95).unwrap(),
        Interval { lower: f64::INFINITY, upper: f64::INFINITY }
    );
}
