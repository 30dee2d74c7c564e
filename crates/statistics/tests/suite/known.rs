//! Paired samples from the literature. Values expected of them were computed with SciPy 1.17.1 (`ttest_rel`, `wilcoxon`,
//! `t.sf`), and where that has no exact answer by listing all assignments of signs.

/// Additional hours of sleep with each of two drugs, ten patients ("Student", The probable error of a mean, 1908).
pub(crate) const SLEEP: ([f64; 10], [f64; 10]) = (
    [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0],
    [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
);

/// Heights in inches of cross- and self-fertilized maize (Darwin 1876, as in Fisher, The design of experiments, 1935).
pub(crate) const MAIZE: ([f64; 15], [f64; 15]) = (
    [23.5, 12.0, 21.0, 22.0, 19.125, 21.5, 22.125, 20.375, 18.25, 21.625, 23.25, 21.0, 22.125, 23.0, 12.0],
    [17.375, 20.375, 20.0, 20.0, 18.375, 18.625, 18.625, 15.25, 16.5, 18.0, 16.25, 18.0, 12.75, 15.5, 18.0],
);

/// A depression scale at two visits (Hollander and Wolfe, Nonparametric statistical methods, 1973).
#[allow(clippy::approx_constant)] // 3.14 is a score
pub(crate) const DEPRESSION: ([f64; 9], [f64; 9]) = (
    [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30],
    [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29],
);

/// With a tie within a pair and ties between differences.
pub(crate) const TIED: ([f64; 10], [f64; 10]) = (
    [125.0, 115.0, 130.0, 140.0, 140.0, 115.0, 140.0, 125.0, 140.0, 135.0],
    [110.0, 122.0, 125.0, 120.0, 140.0, 124.0, 123.0, 137.0, 135.0, 145.0],
);

pub(crate) fn close(got: f64, expected: f64) {
    assert!((got - expected).abs() <= 1e-11 * expected.abs().max(1e-3), "{got:e}, expected {expected:e}");
}
