//! Averages, and intervals by a bootstrap whose randomness is fixed: same numbers, same page.

/// Resamples behind every interval on the page.
pub(crate) const RESAMPLES: usize = 2000;

/// A value with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Estimate {
    pub(crate) value: f64,
    pub(crate) lower: f64,
    pub(crate) upper: f64,
}

/// The mean; NaN of nothing.
pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// The median, with infinite values in their place; NaN of nothing.
pub(crate) fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    match n {
        0 => f64::NAN,
        _ if n % 2 == 1 => sorted[n / 2],
        // Halving the sum of two equal infinities is that infinity; the sum itself may not be formed from opposite ones.
        _ if sorted[n / 2 - 1] == sorted[n / 2] => sorted[n / 2],
        _ => f64::midpoint(sorted[n / 2 - 1], sorted[n / 2]),
    }
}

/// A statistic of the values with its percentile bootstrap interval. One value has no spread to resample: its
/// interval is the whole line.
pub(crate) fn bootstrap(values: &[f64], statistic: impl Fn(&[f64]) -> f64) -> Estimate {
    let value = statistic(values);
    if values.len() < 2 {
        return Estimate { value, lower: f64::NEG_INFINITY, upper: f64::INFINITY };
    }
    let mut random = SplitMix(0x6e6f_726d_6c61_6221);
    let mut sample = vec![0.0; values.len()];
    let mut found: Vec<f64> = (0..RESAMPLES)
        .map(|_| {
            for slot in &mut sample {
                *slot = values[random.below(values.len())];
            }
            statistic(&sample)
        })
        .collect();
    found.sort_by(f64::total_cmp);
    let at = |fraction: f64| found[((RESAMPLES - 1) as f64 * fraction).round() as usize];
    Estimate { value, lower: at(0.025), upper: at(0.975) }
}

/// A small generator with 64 bits of state (Steele, Lea, Flood 2014).
struct SplitMix(u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `n`, by the high half of a product.
    fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_keep_infinity_in_its_place() {
        let inf = f64::INFINITY;
        assert_eq!(median(&[3.0, inf, 1.0]), 3.0);
        assert_eq!(median(&[inf, inf, 1.0]), inf);
        assert_eq!(median(&[1.0, 2.0, inf, inf]), inf);
        assert_eq!(median(&[1.0, 2.0, 4.0, inf]), 3.0);
        assert_eq!(median(&[inf, inf]), inf);
    }

    #[test]
    fn the_interval_is_deterministic_and_of_the_right_width() {
        let values: Vec<f64> = (0..100).map(f64::from).collect();
        let a = bootstrap(&values, mean);
        assert_eq!(a, bootstrap(&values, mean));
        // The standard error of the mean of 0..100 is 2.9; the normal interval is ±5.7.
        assert_eq!(a.value, 49.5);
        assert!((a.lower - (49.5 - 5.7)).abs() < 0.8 && (a.upper - (49.5 + 5.7)).abs() < 0.8, "{a:?}");
    }

    #[test]
    fn one_value_claims_nothing() {
        let a = bootstrap(&[5.0], mean);
        assert_eq!((a.value, a.lower, a.upper), (5.0, f64::NEG_INFINITY, f64::INFINITY));
    }
}
