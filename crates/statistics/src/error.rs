//! Numbers that nothing can be decided from.

/// Short form of this crate's results.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Every failure of this crate.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The arms do not form pairs.
    #[error(
        "the first arm has {first} values and the second {second}: give both the same seeds, in the same order"
    )]
    Lengths {
        /// Values of the first arm.
        first: usize,
        /// Values of the second.
        second: usize,
    },
    /// There are no pairs.
    #[error("there are no pairs, at least 1 is needed")]
    NoPairs,
    /// A difference has no finite value, so that means cannot be formed.
    #[error(
        "pair {index}: {first} − {second} is not a finite number; compare runs that diverged or never got there by \
         ranks, with +inf for them"
    )]
    NotFinite {
        /// The pair, from 0.
        index: usize,
        /// Its value in the first arm.
        first: f64,
        /// Its value in the second.
        second: f64,
    },
    /// A value has no rank.
    #[error(
        "pair {index}: {value} in the {arm} arm has no rank; give a finite number, or +inf for a run that never got there"
    )]
    NoRank {
        /// The pair, from 0.
        index: usize,
        /// `"first"` or `"second"`.
        arm: &'static str,
        /// Value found.
        value: f64,
    },
    /// A level of confidence outside its range.
    #[error("the level of an interval is {level}, expected a number between 0 and 1, such as 0.95")]
    Level {
        /// What came.
        level: f64,
    },
    /// A margin of equivalence that is none.
    #[error(
        "the margin of equivalence is {delta}, expected a finite number above 0: the smallest difference that matters"
    )]
    Delta {
        /// What came.
        delta: f64,
    },
    /// A margin of a claim that is none.
    #[error("the margin of the claim is {margin}, expected a finite number")]
    Margin {
        /// What came.
        margin: f64,
    },
    /// A probability outside its range.
    #[error("p-value {index} is {p}, expected a number from 0 to 1")]
    Probability {
        /// Place among the p-values, from 0.
        index: usize,
        /// What came.
        p: f64,
    },
}

pub(crate) fn check_level(level: f64) -> Result<()> {
    if level > 0.0 && level < 1.0 { Ok(()) } else { Err(Error::Level { level }) }
}

pub(crate) fn check_delta(delta: f64) -> Result<()> {
    if delta > 0.0 && delta.is_finite() { Ok(()) } else { Err(Error::Delta { delta }) }
}

pub(crate) fn check_margin(margin: f64) -> Result<()> {
    if margin.is_finite() { Ok(()) } else { Err(Error::Margin { margin }) }
}

pub(crate) fn check_probabilities(p: &[f64]) -> Result<()> {
    match p.iter().position(|p| !(0.0..=1.0).contains(p)) {
        None => Ok(()),
        Some(index) => Err(Error::Probability { index, p: p[index] }),
    }
}

/// Both arms must hold as many values, and at least one.
pub(crate) fn check_pairs(first: &[f64], second: &[f64]) -> Result<()> {
    if first.len() != second.len() {
        return Err(Error::Lengths { first: first.len(), second: second.len() });
    }
    if first.is_empty() { Err(Error::NoPairs) } else { Ok(()) }
}
