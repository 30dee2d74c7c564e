//! Means and medians.

use statistics::{mean, median, sd};

use crate::known::close;

const INF: f64 = f64::INFINITY;

#[test]
fn medians_keep_infinity_in_its_place() {
    assert_eq!(median(&[3.0, INF, 1.0]), Some(3.0));
    assert_eq!(median(&[INF, INF, 1.0]), Some(INF));
    assert_eq!(median(&[1.0, 2.0, INF, INF]), Some(INF));
    assert_eq!(median(&[1.0, INF, 4.0, 2.0]), Some(3.0));
    assert_eq!(median(&[INF, INF]), Some(INF));
    assert_eq!(median(&[5.0]), Some(5.0));
}

#[test]
fn what_is_undefined_is_none() {
    assert_eq!((mean(&[]), sd(&[]), median(&[])), (None, None, None));
    assert_eq!(
        (mean(&[1.0, f64::NAN]), sd(&[1.0, f64::NAN]), median(&[1.0, f64::NAN, 2.0])),
        (None, None, None)
    );
    assert_eq!((mean(&[INF, -INF]), median(&[INF, -INF])), (None, None));
    assert_eq!((mean(&[INF, 1.0]), sd(&[INF, 1.0])), (Some(INF), None));
    assert_eq!((mean(&[1.0]), sd(&[1.0])), (Some(1.0), None));
}

#[test]
fn mean_and_deviation() {
    let values = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
    assert_eq!(mean(&values), Some(5.0));
    close(sd(&values).unwrap(), (32.0_f64 / 7.0).sqrt());
    assert_eq!(mean(&[f64::MAX, f64::MAX]), Some(f64::MAX));
    assert_eq!(mean(&[0.0, -0.0]), Some(0.0));
    close(sd(&[1e-200, 3e-200]).unwrap() * 1e200, 2.0_f64.sqrt());
}
