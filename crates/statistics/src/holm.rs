//! Holm's correction for several comparisons under one claim.

use crate::error::{Result, check_probabilities};

/// p-values adjusted by Holm's step-down (Holm 1979), in the order they came. To reject what falls below α is to be wrong
/// anywhere in the family with probability α at most, however the comparisons depend on each other.
pub fn holm(p: &[f64]) -> Result<Vec<f64>> {
    check_probabilities(p)?;
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|i, j| p[*i].total_cmp(&p[*j]));
    let mut adjusted = vec![0.0; p.len()];
    let mut largest = 0.0_f64;
    for (rank, index) in order.into_iter().enumerate() {
        // Never below the value of a smaller p: a comparison can only be rejected after those before it.
        largest = largest.max(p[index] * (p.len() - rank) as f64).min(1.0);
        adjusted[index] = largest;
    }
    Ok(adjusted)
}
