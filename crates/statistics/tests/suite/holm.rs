//! Holm's correction.

use statistics::holm;

use crate::known::close;

#[test]
fn the_example_of_holms_procedure() {
    // By hand: 4 · 0.005, 3 · 0.01, 2 · 0.03, and 0.04 no less than that.
    let adjusted = holm(&[0.01, 0.04, 0.03, 0.005]).unwrap();
    for (got, expected) in adjusted.iter().zip([0.03, 0.06, 0.06, 0.02]) {
        close(*got, expected);
    }
}

#[test]
fn values_are_capped_and_equal_ones_stay_equal() {
    assert_eq!(holm(&[0.5, 0.9, 0.5]).unwrap(), [1.0, 1.0, 1.0]);
    assert_eq!(holm(&[0.25, 0.0, 0.25]).unwrap(), [0.5, 0.0, 0.5]);
    assert_eq!(holm(&[0.2]).unwrap(), [0.2]);
    assert!(holm(&[]).unwrap().is_empty());
}
