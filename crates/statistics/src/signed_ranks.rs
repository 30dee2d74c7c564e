//! The distribution of a sum of signed ranks when every sign is as likely as the other.

use statrs::distribution::{ContinuousCDF, Normal};

/// Ranks up to this number are counted; beyond it the sum is as good as normal.
pub(crate) const COUNTED: usize = 100;

/// The two-sided p of a sum of the ranks of positive differences. `doubled` holds twice the rank of each difference that is
/// not 0 (midranks are halves), and `sum` twice the observed sum.
pub(crate) fn two_sided(doubled: &[u64], sum: u64) -> f64 {
    let total: u64 = doubled.iter().sum();
    // The distribution is symmetric.
    let tail = sum.min(total - sum);
    let p = if doubled.len() <= COUNTED {
        2.0 * lower_tail(&distribution(doubled), tail)
    } else {
        let variance: f64 = doubled.iter().map(|r| (*r as f64).powi(2)).sum::<f64>() / 4.0;
        // Half a rank, that is 1 of the doubled ones, for continuity.
        let z = (tail as f64 + 1.0 - total as f64 / 2.0) / variance.sqrt();
        2.0 * normal().cdf(z)
    };
    p.min(1.0)
}

/// How many of the smallest, and of the largest, of the n (n + 1) / 2 pairwise means lie outside the interval at a level,
/// for differences without ties; `None` if the whole line is not even one too many.
pub(crate) fn outside(n: usize, level: f64) -> Option<usize> {
    let alpha = 1.0 - level;
    if n > COUNTED {
        let n = n as f64;
        let sd = (n * (n + 1.0) * (2.0 * n + 1.0) / 24.0).sqrt();
        let k = n * (n + 1.0) / 4.0 + normal().inverse_cdf(alpha / 2.0) * sd;
        return (k >= 1.0).then_some(k as usize);
    }
    let ranks: Vec<u64> = (1..=n as u64).collect();
    let mut below = 0.0;
    let probabilities = distribution(&ranks);
    let fitting = probabilities.iter().take_while(|probability| {
        below += **probability;
        2.0 * below <= alpha
    });
    Some(fitting.count()).filter(|k| *k > 0)
}

/// The probability of each sum over a subset of the ranks, all subsets alike. Exact where 2ⁿ is, and rounded to the last
/// digits beyond.
fn distribution(ranks: &[u64]) -> Vec<f64> {
    let total: u64 = ranks.iter().sum();
    let mut probabilities = vec![0.0; total as usize + 1];
    probabilities[0] = 1.0;
    let mut reached = 0;
    for rank in ranks.iter().map(|r| *r as usize) {
        reached += rank;
        for sum in (0..=reached).rev() {
            let with = if sum >= rank { probabilities[sum - rank] } else { 0.0 };
            probabilities[sum] = f64::midpoint(probabilities[sum], with);
        }
    }
    probabilities
}

fn lower_tail(probabilities: &[f64], sum: u64) -> f64 {
    probabilities[..=sum as usize].iter().sum()
}

fn normal() -> Normal {
    Normal::new(0.0, 1.0).expect("the standard normal distribution exists")
}
