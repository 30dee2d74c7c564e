//! What the kit says: one line per check.

use std::fmt;

use super::difference::largest;

/// How a check ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It holds.
    Pass,
    /// It does not concern this method.
    Skip {
        /// Why not.
        reason: String,
    },
    /// It does not hold.
    Fail {
        /// The first thing found, and which descriptor field to look at where one is to blame.
        reason: String,
    },
}

/// One check and its outcome.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// What is claimed.
    pub name: &'static str,
    /// Whether it holds.
    pub outcome: Outcome,
    /// The largest difference met, relative to the largest value it was compared with; 0 where nothing is
    /// compared or bits have to agree.
    pub largest: f64,
}

/// All checks of one method.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The method's id.
    pub method: &'static str,
    /// In the order in which they ran.
    pub checks: Vec<Check>,
}

impl Report {
    /// Checks that failed.
    pub fn failures(&self) -> impl Iterator<Item = &Check> {
        self.checks.iter().filter(|c| matches!(c.outcome, Outcome::Fail { .. }))
    }
    /// Whether none failed.
    pub fn passed(&self) -> bool {
        self.failures().next().is_none()
    }
    /// The check of that name.
    pub fn check(&self, name: &str) -> Option<&Check> {
        self.checks.iter().find(|c| c.name == name)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in &self.checks {
            let (word, reason) = match &c.outcome {
                Outcome::Pass => ("pass", ""),
                Outcome::Skip { reason } => ("skip", reason.as_str()),
                Outcome::Fail { reason } => ("FAIL", reason.as_str()),
            };
            writeln!(f, "{:<8} {word}  {:<52} {:>8.1e}  {reason}", self.method, c.name, c.largest)?;
        }
        Ok(())
    }
}

/// What a check writes down while it runs, for kits beside this one too.
#[derive(Debug)]
pub struct Tally {
    largest: f64,
    failure: Option<String>,
    skipped: Option<String>,
    sides: [&'static str; 2],
}

impl Default for Tally {
    fn default() -> Self {
        Self { largest: 0.0, failure: None, skipped: None, sides: ["the kernel", "the reference"] }
    }
}

impl Tally {
    /// Notes `reason` unless `holds`; the first one stays.
    pub fn require(&mut self, holds: bool, reason: impl FnOnce() -> String) {
        if !holds && self.failure.is_none() {
            self.failure = Some(reason());
        }
    }

    /// Whose numbers are compared from here on, in the order of [`Tally::close`]: messages say it.
    pub fn between(&mut self, got: &'static str, want: &'static str) -> &mut Self {
        self.sides = [got, want];
        self
    }

    /// Every `got` within `bound · scale` of its `want`.
    pub fn close(&mut self, what: &str, got: &[f64], want: &[f64], scale: f64, bound: f64) {
        let [a, b] = self.sides;
        self.require(got.len() == want.len(), || {
            format!("{what}: {a} gives {} values, {b} {}", got.len(), want.len())
        });
        for (i, (g, w)) in got.iter().zip(want).enumerate() {
            let off = if g == w { 0.0 } else { (g - w).abs() / scale };
            self.largest = largest([self.largest, off]);
            self.require(off <= bound, || {
                format!(
                    "{what}, element {i}: {a} gives {g:e}, {b} {w:e}; that is {off:.1e} of the scale {scale:.1e}, {bound:.1e} allowed"
                )
            });
        }
    }

    /// That something is as small as it has to be: `what` says of what, in a whole sentence up to its number.
    pub fn at_most(&mut self, what: &str, found: f64, bound: f64, remedy: &str) {
        self.largest = largest([self.largest, found]);
        self.require(found <= bound, || format!("{what} {found:.1e}, {bound:.1e} allowed{remedy}"));
    }

    /// Every bit the same.
    pub fn same_bits(&mut self, what: &str, got: &[f64], want: &[f64]) {
        let [a, b] = self.sides;
        self.require(got.len() == want.len(), || {
            format!("{what}: {a} gives {} values, {b} {}", got.len(), want.len())
        });
        for (i, (g, w)) in got.iter().zip(want).enumerate() {
            self.require(g.to_bits() == w.to_bits(), || {
                format!("{what}, element {i}: {a} gives {g:e}, {b} {w:e}; every bit has to be the same")
            });
        }
    }

    /// The check does not concern the method, and why.
    pub fn skip(&mut self, reason: &str) {
        self.skipped = Some(reason.to_owned());
    }

    /// The check of that name: a failure goes before a skip.
    pub fn end(self, name: &'static str) -> Check {
        let outcome = match (self.failure, self.skipped) {
            (Some(reason), _) => Outcome::Fail { reason },
            (None, Some(reason)) => Outcome::Skip { reason },
            (None, None) => Outcome::Pass,
        };
        Check { name, outcome, largest: self.largest }
    }
}
