//! What seeds say, as it is drawn: every value, and what stands for them. Whether a difference means anything is for verdicts.

/// The values of the seeds, and their mean or median.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Spread {
    /// What stands for them.
    pub(crate) center: f64,
    /// Each value, by seed.
    pub(crate) seeds: Vec<(u64, f64)>,
}

impl Spread {
    /// These values and a statistic of them.
    pub(crate) fn new(seeds: Vec<(u64, f64)>, statistic: impl Fn(&[f64]) -> f64) -> Self {
        let values: Vec<f64> = seeds.iter().map(|seed| seed.1).collect();
        Self { center: statistic(&values), seeds }
    }

    /// The smallest and the largest value.
    pub(crate) fn ends(&self) -> (f64, f64) {
        let values = self.seeds.iter().map(|seed| seed.1);
        values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), v| (low.min(v), high.max(v)))
    }
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
    fn a_spread_keeps_every_seed() {
        let spread = Spread::new(vec![(7, 3.0), (2, 1.0), (4, 8.0)], mean);
        assert_eq!((spread.center, spread.ends()), (4.0, (1.0, 8.0)));
        assert_eq!(spread.seeds.len(), 3);
    }
}
