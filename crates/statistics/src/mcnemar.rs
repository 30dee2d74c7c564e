//! McNemar's test on paired successes.

use statrs::distribution::{Binomial, DiscreteCDF};

/// The exact two-sided p of McNemar's test. Of cases that both arms were given, `only_first` were solved by the first arm
/// alone and `only_second` by the second alone; without a difference each of these is either with probability ½. Cases that
/// both or neither solved say nothing. Without any case to tell the arms apart p is 1.
pub fn mcnemar(only_first: u32, only_second: u32) -> f64 {
    let n = u64::from(only_first) + u64::from(only_second);
    let fewer = u64::from(only_first.min(only_second));
    let binomial = Binomial::new(0.5, n).expect("½ is a probability");
    (2.0 * binomial.cdf(fewer)).min(1.0)
}
