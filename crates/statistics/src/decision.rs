//! The word for a comparison: different, equivalent or undecided.

use serde::{Deserialize, Serialize};

use crate::error::{Result, check_delta, check_probabilities};
use crate::{ALPHA, Direction, Equivalence, Paired, Wilcoxon, holm};

/// What a comparison of two arms comes to.
///
/// A small difference that is certain meets both rules. Then the word is `Equivalent`: δ says which differences matter, and
/// this one does not. Its direction is given along, so that nothing is hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", deny_unknown_fields)]
pub enum Decision {
    /// The difference is not 0, and may be large enough to matter.
    Different {
        /// Where the first arm lies.
        direction: Direction,
    },
    /// The difference is smaller than δ.
    Equivalent {
        /// Where the first arm lies, if the difference is not 0 either.
        direction: Option<Direction>,
    },
    /// Too few pairs, or too much spread.
    Undecided,
}

/// A test on paired numbers that a decision can be read off.
pub trait PairedTest {
    /// The two-sided p of no difference.
    fn p(&self) -> f64;
    /// Where the first arm lies, if anywhere.
    fn direction(&self) -> Option<Direction>;
    /// Whether the interval of the difference at [`Equivalence::LEVEL`] lies between −δ and δ.
    fn within(&self, delta: f64) -> Result<bool>;
}

impl PairedTest for Paired {
    fn p(&self) -> f64 {
        Paired::p(self)
    }

    fn direction(&self) -> Option<Direction> {
        Paired::direction(self)
    }

    fn within(&self, delta: f64) -> Result<bool> {
        Ok(self.equivalence(delta)?.holds)
    }
}

impl PairedTest for Wilcoxon {
    fn p(&self) -> f64 {
        Wilcoxon::p(self)
    }

    fn direction(&self) -> Option<Direction> {
        Wilcoxon::direction(self)
    }

    fn within(&self, delta: f64) -> Result<bool> {
        check_delta(delta)?;
        Ok(self.interval(Equivalence::LEVEL)?.is_some_and(|interval| interval.within(delta)))
    }
}

/// Decides one comparison. `adjusted_p` is the test's own p where the comparison stands alone, and what [`holm()`] makes of
/// it where it is one of several. `delta` is the smallest difference that matters, set before measuring.
///
/// * `Equivalent` when the 90 % interval lies between −δ and δ, with a direction when `adjusted_p` is below [`ALPHA`];
/// * otherwise `Different` when `adjusted_p` is below [`ALPHA`];
/// * otherwise `Undecided`. A large p never makes arms equivalent.
pub fn decide(test: &impl PairedTest, delta: f64, adjusted_p: f64) -> Result<Decision> {
    check_probabilities(&[adjusted_p])?;
    let direction = test.direction().filter(|_| adjusted_p < ALPHA);
    Ok(match (test.within(delta)?, direction) {
        (true, direction) => Decision::Equivalent { direction },
        (false, Some(direction)) => Decision::Different { direction },
        (false, None) => Decision::Undecided,
    })
}

/// One comparison of several.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decided {
    /// The p of this comparison alone.
    pub p: f64,
    /// The p after Holm's correction, which decides.
    pub adjusted_p: f64,
    /// The word.
    pub decision: Decision,
}

/// Decides several comparisons that are made under one claim, such as all methods against a baseline. The probability of
/// calling any two arms different that are not is [`ALPHA`] at most over the whole family.
///
/// Equivalence is not corrected: each `Equivalent` is wrong with probability [`ALPHA`] at most, and so is the sentence
/// that *all* are equivalent. For the sentence that *some* are, picked after looking, pass the
/// [p-values of equivalence](Equivalence::p) through [`holm()`].
pub fn decide_family<T: PairedTest>(tests: &[T], delta: f64) -> Result<Vec<Decided>> {
    let p: Vec<f64> = tests.iter().map(PairedTest::p).collect();
    let decided = tests.iter().zip(&p).zip(holm(&p)?).map(|((test, &p), adjusted_p)| {
        Ok(Decided { p, adjusted_p, decision: decide(test, delta, adjusted_p)? })
    });
    decided.collect()
}
