//! What averages of the deviations of small batches are worth, which published code stores in place of a population's.

use crate::draw::Draw;
use crate::probe::{Probe, Values};

const BATCHES: usize = 40_000;

pub(crate) const PROBE: Probe = Probe {
    id: "batch-deviations",
    about: "Normal values of deviation 1 in 40 000 batches of 2, of 4 and of 9: the mean variance (divided by the number of \
            cases) of 4, the mean deviation of 2 and of 4, the latter over the root of the mean variance, and the deviation of 9 \
            divided by one case less over that divided by all of them.",
    find,
};

/// The variance of a batch, divided by the number of its cases.
fn variance(batch: &[f64]) -> f64 {
    let n = batch.len() as f64;
    let mean = batch.iter().sum::<f64>() / n;
    batch.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n
}

/// The mean over batches of so many cases.
fn mean_over_batches(seed: u64, cases: usize, of: impl Fn(f64) -> f64) -> f64 {
    let mut draw = Draw::new(seed);
    (0..BATCHES).map(|_| of(variance(&draw.normals(cases, 1.0)))).sum::<f64>() / BATCHES as f64
}

fn find() -> Values {
    let variance_of_4 = mean_over_batches(131, 4, |v| v);
    let deviation_of_4 = mean_over_batches(131, 4, f64::sqrt);
    let biased = variance(&Draw::new(133).normals(9, 1.0));
    Values::new()
        .with("mean_variance_of_4", variance_of_4)
        .with("mean_deviation_of_2", mean_over_batches(132, 2, f64::sqrt))
        .with("mean_deviation_over_root_of_mean_variance_of_4", deviation_of_4 / variance_of_4.sqrt())
        .with("unbiased_over_biased_deviation_of_9", (biased * 9.0 / 8.0).sqrt() / biased.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In closed form: of n normal values the biased variance has mean (n − 1)/n, and the deviation of two has mean 1/√π.
    #[test]
    fn they_are_those_of_normal_values() {
        let found = find();
        assert!((found.get("mean_variance_of_4") - 0.75).abs() < 0.01, "{found:?}");
        assert!((found.get("mean_deviation_of_2") - std::f64::consts::PI.sqrt().recip()).abs() < 0.01, "{found:?}");
        // E[s] of four: √(1/2) Γ(2)/Γ(3/2), and √(3/4) below it.
        let four = (0.5f64).sqrt() / (std::f64::consts::PI.sqrt() / 2.0) / 0.75f64.sqrt();
        let ratio = found.get("mean_deviation_over_root_of_mean_variance_of_4");
        assert!((ratio - four).abs() < 0.01, "{ratio} and {four}");
    }
}
