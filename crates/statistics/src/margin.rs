//! Claims of a size: by more than a margin.

use serde::{Deserialize, Serialize};

use crate::error::{Result, check_margin};
use crate::{ALPHA, Paired, holm};

/// What the pairs say to the claim that the difference is larger than a margin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Margin {
    /// The whole interval lies above the margin.
    Supported,
    /// The whole interval lies below the margin, or the arms are identical and the margin is 0.
    Refuted,
    /// The interval holds the margin.
    Undecided,
}

/// Judges the claim that the mean of *first arm − second arm* is more than `margin`, by the 95 % interval. Where less is
/// better, swap the arms. A margin below 0 claims that the first arm is not worse by as much.
pub fn margin(pairs: &Paired, margin: f64) -> Result<Margin> {
    check_margin(margin)?;
    Ok(judge(pairs, margin, pairs.p_against(margin)))
}

/// One margin of several.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgedMargin {
    /// The two-sided p of a difference that is exactly the margin, for this comparison alone.
    pub p: f64,
    /// The p after Holm's correction, which decides.
    pub adjusted_p: f64,
    /// The word.
    pub margin: Margin,
}

/// Judges the same claim about several comparisons. The probability of a wrong `Supported` or `Refuted` anywhere is
/// [`ALPHA`] at most over the whole family.
pub fn margin_family(pairs: &[Paired], margin: f64) -> Result<Vec<JudgedMargin>> {
    check_margin(margin)?;
    let p: Vec<f64> = pairs.iter().map(|pairs| pairs.p_against(margin)).collect();
    let judged = pairs.iter().zip(&p).zip(holm(&p)?).map(|((pairs, &p), adjusted_p)| JudgedMargin {
        p,
        adjusted_p,
        margin: judge(pairs, margin, adjusted_p),
    });
    Ok(judged.collect())
}

/// By p, which is below α exactly where the interval at 1 − α leaves the margin out.
fn judge(pairs: &Paired, margin: f64, p: f64) -> Margin {
    if pairs.identical() && margin == 0.0 {
        // No interval can leave 0 out, yet nothing is more than itself.
        Margin::Refuted
    } else if p >= ALPHA {
        Margin::Undecided
    } else if pairs.mean() > margin {
        Margin::Supported
    } else {
        Margin::Refuted
    }
}
