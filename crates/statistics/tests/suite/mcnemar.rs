//! McNemar's test.

use statistics::mcnemar;

use crate::known::close;

#[test]
fn values_are_those_of_the_binomial_test() {
    // SciPy 1.17.1, `binomtest(only_first, only_first + only_second).pvalue`.
    for (only_first, only_second, p) in [
        (0, 6, 0.03125),
        (1, 7, 0.0703125),
        (5, 20, 0.004077315330505371),
        (59, 6, 4.964650327128616e-12),
        (121, 59, 4.4344492637551645e-06),
        (3, 3, 1.0),
        (4, 5, 1.0),
    ] {
        close(mcnemar(only_first, only_second), p);
        assert_eq!(mcnemar(only_first, only_second), mcnemar(only_second, only_first));
    }
}

#[test]
fn nothing_apart_is_no_difference() {
    assert_eq!(mcnemar(0, 0), 1.0);
}
